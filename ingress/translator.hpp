// Translator: objects -> snapshot, incrementally. A change of an Ingress rebuilds the hosts it names, a change of
// endpoints replaces one endpoint set, a change of a Secret looks at the hosts that use it; all else is shared.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingress/backend_registry.hpp"
#include "ingress/certificates.hpp"
#include "ingress/configmap/parse.hpp"
#include "ingress/exposure/exposure.hpp"
#include "ingress/host_tls.hpp"
#include "ingress/ingress_record.hpp"
#include "ingress/object_needs.hpp"
#include "ingress/object_store.hpp"
#include "ingress/options.hpp"
#include "ingress/policy_pool.hpp"
#include "routing/snapshot.hpp"
#include "tls/certificate_store.hpp"

namespace fairway::waf {
class RuleSets;  // waf/rule_sets.hpp
}

namespace fairway::ingress {

class Translator {
public:
    /// What `sources` refers to and `book` must outlive the translator.
    Translator(const EndpointSources& sources, TranslationOptions options, DiagnosticBook& book);
    ~Translator();

    /// Works off what the store says has changed. The first call translates everything.
    /// @param touched  Services whose endpoints may be others now without any object having changed: a probe says so.
    /// @return the snapshot that holds now; the same as before when nothing of it changed.
    std::shared_ptr<const routing::Snapshot> apply(const std::vector<ObjectChange>& changes,
                                                   const std::set<k8s::ObjectName>& touched = {});
    /// Services that choose the Pod by its labels.
    std::vector<k8s::ObjectName> services_of(const k8s::Pod& pod) const { return store_->services_of(pod); }
    /// Whether IngressClasses may be read: TranslationOptions::class_objects_denied. Every Ingress is judged anew if that is
    /// news, by the next apply().
    void deny_class_objects(bool denied);
    /// The certificates that handshakes may show.
    std::vector<std::shared_ptr<const tls::Certificate>> served_certificates() const;
    /// OCSP responses for handshakes from the next apply() on.
    void use_staples(tls::Staples staples);
    /// Judges the validity times of certificates again, which pass without any object changing.
    void review_certificates();
    /// Opens the GeoIP2 databases anew if they have changed on disk; the next apply() publishes them.
    void review_geo_databases();

    const ConfigMapSettings& settings() const noexcept { return settings_; }
    const TranslationOptions& options() const noexcept { return options_; }
    const BackendRegistry& backends() const noexcept { return backends_; }
    const EndpointSources& sources() const noexcept { return sources_; }
    /// With --services: the addresses that stand for clusterIPs. Without: none.
    const ClusterAddresses& cluster_addresses() const noexcept { return exposure_.cluster_addresses(); }
    /// With --services: the Service that a host name means when no Ingress has a rule for it, or nullptr.
    const BackendKey* service_host(const std::string& host) const { return exposure_.host_backend(host); }
    /// Node ports of Services that write none; empty without --services.
    const NodePorts& node_ports() const noexcept { return exposure_.node_ports(); }
    /// nullptr: not accepted, or not there.
    const IngressRecord* record(const k8s::ObjectName& ingress) const;
    /// Secrets and ConfigMaps that accepted Ingresses, the ConfigMap of settings and flags refer to by name.
    ObjectNeeds& needs() noexcept { return needs_; }
    /// Accepted Ingresses with a TLS section that names the Secret.
    std::set<k8s::ObjectName> ingresses_of(const k8s::ObjectName& secret) const;
    /// Accepted Ingresses that name the host ("_": the catch-all), the oldest first.
    std::vector<const IngressRecord*> users_of(const std::string& host) const;
    /// What would be said about an Ingress if it were stored, beside what other Ingresses already have.
    std::vector<Diagnostic> try_out(const ObjectPtr& object) const;
    /// What the Secret gives; loaded when no Ingress uses it. Valid until the next call.
    const LoadedCertificate& certificate(const k8s::ObjectName& secret) { return certificates_.load(secret); }

private:
    struct HostState {
        std::set<k8s::ObjectName> users;
        std::set<k8s::ObjectName> canaries;  ///< offer themselves for paths of the users; no host without these
        HostTls tls;
        bool has_certificate = false;  ///< own entry, or the wildcard's
        std::vector<HostAlias> aliases;
        bool from_to_www = false;
        HostTlsSettings settings;
    };
    struct Dirty {
        std::set<k8s::ObjectName> ingresses;
        std::set<k8s::ObjectName> services;
        std::set<k8s::ObjectName> service_objects;  ///< those of `services` that themselves changed
        std::set<k8s::ObjectName> configmaps;
        std::set<k8s::ObjectName> secrets;
        std::set<std::string> hosts;
        std::set<BackendKey> balances;         ///< whose users changed
        std::set<k8s::ObjectName> references;  ///< Ingresses whose backend diagnostics must be written again
        bool configmap = false;
        bool default_certificate = false;
    };

    Dirty sort_out(const std::vector<ObjectChange>& changes) const;
    void note_users(const ObjectKey& key, Dirty& dirty) const;
    void note_secret(const k8s::ObjectName& secret, bool appears_or_goes, Dirty& dirty) const;
    void note_pod(const ObjectPtr& pod, Dirty& dirty) const;
    void apply_configmap(Dirty& dirty);
    void compile_default_rules(const k8s::ConfigMap& map, ConfigMapSettings& settings,
                               std::vector<Diagnostic>& diagnostics);
    void replace_ingress(const k8s::ObjectName& name, const ObjectPtr& accepted, Dirty& dirty);
    ObjectPtr accept(ObjectPtr object, const ObjectPtr& accepted, std::vector<Diagnostic>& diagnostics) const;
    void drop_record(const k8s::ObjectName& name, Dirty& dirty);
    void index_record(const k8s::ObjectName& name, const IngressRecord& record, Dirty& dirty);
    void refresh_secrets(Dirty& dirty);
    void expose_services(Dirty& dirty);
    void refresh_services(Dirty& dirty);
    void register_default_backend();
    void refresh_default_backend(Dirty& dirty);
    /// What holds where no Ingress says anything: unknown hosts and hosts of Services.
    routing::RoutePolicy default_policy() const;
    void follow_global_auth();
    void report_global_auth();
    void follow_trace_collector();
    void report_trace_collector();
    void report_auth_servers(const IngressRecord& record, std::vector<Diagnostic>& diagnostics) const;
    void settle_balances(Dirty& dirty);
    BackendSettings settings_of(const std::vector<const IngressRecord*>& users) const;
    static void touch_hosts(const IngressRecord& record, Dirty& dirty);
    void settle_tls(Dirty& dirty);
    void settle_names(const Dirty& dirty);
    void rebuild_hosts(const Dirty& dirty);
    void report_lone_canaries(const std::string& host);
    void rebuild_names();
    void add_aliases(const std::string& host, const IngressRecord& owner, routing::HostAliases& aliases,
                     std::vector<Diagnostic>& diagnostics) const;
    std::string www_name(const std::string& host, const IngressRecord& owner,
                         std::vector<Diagnostic>& diagnostics) const;
    void replace_www_hosts(std::map<std::string, std::string> wanted);
    void add_certificates_of_names(tls::CertificateStore& store) const;
    void add_settings_of_names(tls::HostSettingsMap& settings) const;
    std::vector<std::string> covered_aliases(const HostState& state) const;
    bool is_host(const std::string& name) const;
    std::shared_ptr<const routing::HostRules> build_service_host(const std::string& name, const BackendKey& key);
    void rebuild_tls_config();
    void open_geo_databases();
    void load_dh_parameters(tls::ServerSettings& settings, std::vector<Diagnostic>& problems) const;
    std::shared_ptr<const tls::HostSettingsMap> host_settings() const;
    void settle_passthrough(const std::string& name, std::optional<routing::PassthroughHost> wanted);
    void note_backend(const BackendKey& key, Dirty& dirty);
    void report_service(const k8s::ObjectName& name);
    void report_references(const k8s::ObjectName& name);
    void note_backend_settings(const IngressRecord& record, std::vector<Diagnostic>& diagnostics) const;
    void note_plain_endpoints(const IngressRecord& record, std::vector<Diagnostic>& diagnostics) const;
    void report_tls(const k8s::ObjectName& name);
    std::vector<const IngressRecord*> ordered(const std::set<k8s::ObjectName>& names) const;
    std::vector<const IngressRecord*> ordered(const std::set<ObjectKey>& users) const;
    void assemble();

    EndpointSources sources_;
    const ObjectStore* store_;
    TranslationOptions options_;
    DiagnosticBook* book_;
    ConfigMapSettings settings_ = default_configmap_settings();
    ObjectNeeds needs_;
    std::set<ObjectKey> settings_references_;  ///< what keys of the ConfigMap name
    PolicyPool policies_;
    BackendRegistry backends_;
    Exposure exposure_;
    CertificateCache certificates_;
    UpstreamTlsContexts upstream_tls_;
    std::unique_ptr<waf::RuleSets> rule_sets_;
    std::map<k8s::ObjectName, IngressRecord> records_;
    std::map<std::string, HostState> hosts_;
    std::set<std::string> named_hosts_;                    ///< those with server-alias or from-to-www-redirect
    std::map<std::string, std::string> www_hosts_;         ///< hosts that only redirect, and where to
    std::shared_ptr<const routing::HostAliases> aliases_;  ///< null: none
    std::map<k8s::ObjectName, std::set<k8s::ObjectName>> ingresses_by_secret_;
    std::map<ObjectKey, std::set<k8s::ObjectName>> ingresses_by_reference_;  ///< IngressRecord::references

    std::optional<AuthServer> global_auth_;      ///< of global-auth-url when it names its host: for default_policy()
    std::optional<BackendKey> trace_collector_;  ///< of otlp-collector-host
    std::optional<BackendKey> default_backend_key_;
    std::shared_ptr<const routing::Backend> default_backend_;  ///< null: the built-in 404
    std::shared_ptr<const tls::Certificate> fake_certificate_;
    std::shared_ptr<const tls::Certificate> default_certificate_;
    tls::Staples staples_;

    bool first_run_ = true;
    bool judge_all_ = false;
    bool tls_changed_ = true;
    bool has_host_settings_ = false;  ///< of tls_: each host that comes or goes then changes it
    std::shared_ptr<const routing::RouteTable> routes_;
    std::shared_ptr<const routing::Settings> data_plane_;
    std::shared_ptr<const tls::ServerConfig> tls_;
    std::shared_ptr<const routing::PassthroughTable> passthrough_;  ///< null: none
    std::shared_ptr<const routing::Route> default_route_;
    std::shared_ptr<const routing::Snapshot> snapshot_;
};

}  // namespace fairway::ingress
