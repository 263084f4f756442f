#include "ingress/ingress_record.hpp"

#include <algorithm>
#include <map>

#include <boost/container_hash/hash.hpp>
#include <fmt/format.h>

#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/references.hpp"
#include "ingress/host_name.hpp"
#include "ingress/path_syntax.hpp"
#include "ingress/setting_reader.hpp"
#include "routing/policy/modsecurity.hpp"
#include "tls/client_context.hpp"
#include "waf/rule_sets.hpp"

namespace fairway::ingress {

namespace {

const HostPaths* find_host(const std::vector<HostPaths>& hosts, std::string_view host) {
    const auto found =
        std::ranges::lower_bound(hosts, host, {}, [](const HostPaths& paths) { return std::string_view(paths.host); });
    return found != hosts.end() && found->host == host ? &*found : nullptr;
}

class IngressCompiler {
public:
    IngressCompiler(ObjectPtr object, const ObjectStore& store, const ConfigMapSettings& settings,
                    std::vector<Diagnostic>& diagnostics)
        : store_(store), settings_(settings), diagnostics_(diagnostics) {
        record_.object = std::move(object);
        record_.ingress = object_as<k8s::Ingress>(record_.object);
    }

    IngressRecord run(const std::string& annotations_prefix, PolicyPool& policies, CompiledParts parts) {
        const auto& ingress = *record_.ingress;
        References references(store_, ingress.meta.name.ns, settings_.defaults.cross_namespace);
        auto parsed = parse_annotations(ingress, annotations_prefix, settings_.defaults, references, diagnostics_);
        record_.references = references.take();
        record_.policy_seed = seed_of(ingress, annotations_prefix);
        record_.owner = std::make_shared<const routing::RouteOwner>(
            routing::RouteOwner{ingress.meta.name.ns, ingress.meta.name.name, ingress.meta.where.to_string()});
        record_.backend_settings = std::move(parsed.backend);
        record_.canary = std::move(parsed.canary);
        if (record_.canary) record_.backend_settings.session.reset();  // the primary's holds
        record_.host_settings = std::move(parsed.host);
        record_.host_tls = std::move(parsed.host_tls);
        if (parsed.upstream_tls)
            set_upstream_tls(*parsed.upstream_tls, annotations_prefix, parts.upstream_tls, parsed.policy);
        if (parsed.mirror) set_mirror(*std::move(parsed.mirror), annotations_prefix, parsed.policy);
        if (parsed.modsecurity && !record_.canary)
            set_modsecurity(*std::move(parsed.modsecurity), annotations_prefix, parts.rule_sets, parsed.policy);
        set_policies(parsed.policy, policies);
        add_rules();
        add_default_backend();
        if (record_.canary) offer_as_canary();
        record_.external_auth = std::move(parsed.external_auth);
        if (record_.external_auth) find_auth_servers(annotations_prefix, parts.upstream_tls);
        record_.error_backend = parsed.error_backend;
        if (parsed.error_backend) record_.backends.push_back(*parsed.error_backend);
        if (record_.mirror_servers) record_.backends.push_back(*record_.mirror_servers);
        std::ranges::sort(record_.backends);
        const auto repeated = std::ranges::unique(record_.backends);
        record_.backends.erase(repeated.begin(), repeated.end());
        return std::move(record_);
    }

private:
    /// Of the annotations that make the policy.
    static std::size_t seed_of(const k8s::Ingress& ingress, const std::string& annotations_prefix) {
        std::size_t seed = 0;
        for (const auto& annotation : ingress.meta.annotations)
            if (annotation.first.starts_with(annotations_prefix)) boost::hash_combine(seed, annotation);
        return seed;
    }

    /// Without its Secret an endpoint would see another certificate than it was promised, or not be verified: then the
    /// paths are closed.
    void set_upstream_tls(const UpstreamTlsSettings& wanted, const std::string& annotations_prefix,
                          UpstreamTlsContexts& contexts, routing::RoutePolicy& policy) {
        record_.references.push_back({k8s::Secret::kKind, wanted.secret});
        auto found = contexts.find(wanted);
        policy.upstream_tls = std::move(found.context);
        if (found.reason.empty()) return;
        if (!policy.upstream_tls && policy.denied.empty())
            policy.denied = "annotation proxy-ssl-secret: " + found.problem;
        SettingReader::of_annotations(record_.ingress->meta, annotations_prefix, diagnostics_)
            .report(Severity::error, "proxy-ssl-secret",
                    with_outcome(found.problem, policy.upstream_tls ? "What was loaded before stays"
                                                                    : "Every path of this Ingress answers 503"),
                    found.reason);
    }

    /// Rules that cannot act close the paths that they would guard.
    void set_modsecurity(ModSecuritySettings wanted, const std::string& annotations_prefix, waf::RuleSets& rule_sets,
                         routing::RoutePolicy& policy) {
        if (!policy.denied.empty()) return;  // those of the ConfigMap have been told of
        auto rules = rule_sets.find({std::move(wanted.snippet), wanted.core_rules});
        if (rules) {
            policy.modsecurity = routing::ModSecurity{*std::move(rules), std::move(wanted.transaction_id)};
            return;
        }
        auto reader = SettingReader::of_annotations(record_.ingress->meta, annotations_prefix, diagnostics_);
        close_paths(reader, reader.find("enable-modsecurity") ? "enable-modsecurity" : "enable-owasp-core-rules",
                    rules.error().message, policy.denied);
    }

    /// One for each host; routes of a host without one are closed.
    void find_auth_servers(const std::string& annotations_prefix, UpstreamTlsContexts& contexts) {
        const auto& auth = *record_.external_auth;
        bool unknown = false;
        for (const auto& paths : record_.hosts) {
            auto backend = server_backend(auth.url, paths.host, settings_.defaults.service_names);
            unknown |= !backend;
            if (!backend) continue;
            const auto& name = auth.url.host.empty() ? paths.host : auth.url.host;
            record_.auth_servers.emplace(
                paths.host, AuthServer{*std::move(backend), auth.url.https ? contexts.for_name(name) : nullptr});
        }
        if (unknown && !auth.global)
            SettingReader::of_annotations(record_.ingress->meta, annotations_prefix, diagnostics_)
                .report(
                    Severity::error, "auth-url",
                    "takes the host of the rule, and there is a rule for a wildcard or for every host, where clients "
                    "would choose the server; write its name. Those rules answer 503",
                    "AuthHostUnknown");
    }

    /// The id of the servers comes when the hosts are built.
    void set_mirror(MirrorSettings mirror, const std::string& annotations_prefix, routing::RoutePolicy& policy) {
        record_.mirror_servers = server_backend(mirror.url, {}, settings_.defaults.service_names);
        if (!record_.mirror_servers) {
            SettingReader::of_annotations(record_.ingress->meta, annotations_prefix, diagnostics_)
                .refuse("mirror-target",
                        "takes the host of the rule; write the name of the server. Nothing is mirrored");
            return;
        }
        if (mirror.url.https)
            mirror.policy.tls = *tls::ClientContext::create({.name = mirror.url.host, .send_server_name = true});
        policy.mirror = std::move(mirror.policy);
    }

    void set_policies(routing::RoutePolicy policy, PolicyPool& policies) {
        record_.policy = policies.intern(policy, record_.policy_seed);
        auto exempt = policy;
        exempt.tls_redirect.exempt = true;
        record_.exempt_policy = policies.intern(exempt, record_.policy_seed);
        // Reference 1.6: redirects and rewrites of such an Ingress are ignored on the catch-all, everything else acts.
        policy.tls_redirect = {.enabled = false};
        policy.redirect.reset();
        policy.rewrite.reset();
        record_.catch_all_policy = policies.intern(policy, record_.policy_seed);
    }

    void add_rules() {
        std::map<std::string, HostPaths> hosts;
        for (const auto& rule : record_.ingress->rules) {
            auto host = rule_host(rule.host);
            auto& paths = hosts[host];
            paths.host = std::move(host);
            for (const auto& path : rule.paths)
                if (can_serve(path)) add_path(paths, path);
        }
        for (auto& [host, paths] : hosts) record_.hosts.push_back(std::move(paths));
    }

    void add_path(HostPaths& paths, const k8s::IngressPath& path) {
        paths.paths.push_back(&path);
        record_.backends.push_back(backend_key(*record_.ingress, path.backend));
    }

    bool can_serve(const k8s::IngressPath& path) {
        if (path.backend.is_resource) {
            report(Severity::warning, path.backend.where, path.field + ".backend.resource",
                   "resource backends are not served; name a service. Requests go to the default backend",
                   "ResourceBackend");
            return false;
        }
        if (path.path.find("//") != std::string::npos)
            report(Severity::warning, path.where, path.field + ".path",
                   fmt::format("\"{}\" holds //, but repeated slashes of requests are merged before they are compared: "
                               "it never matches",
                               path.path),
                   "PathNeverMatches");
        const bool should_be_plain = path.type != k8s::PathType::implementation_specific && settings_.strict_path_types;
        if (should_be_plain && !path.path.empty() && !is_plain_path(path.path))
            report(Severity::warning, path.where, path.field + ".path",
                   fmt::format("\"{}\" has characters other than letters, digits and / . _ -, which pathType {} takes "
                               "literally; patterns "
                               "need ImplementationSpecific",
                               path.path, path.type == k8s::PathType::exact ? "Exact" : "Prefix"),
                   "PathLooksLikePattern");
        return true;
    }

    void add_default_backend() {
        const auto& backend = record_.ingress->default_backend;
        if (!backend) return;
        if (backend->is_resource) {
            report(Severity::warning, backend->where, "spec.defaultBackend.resource",
                   "resource backends are not served; name a service. Requests go to the default backend",
                   "ResourceBackend");
            return;
        }
        record_.default_backend = backend_key(*record_.ingress, *backend);
        record_.backends.push_back(*record_.default_backend);
        if (record_.ingress->rules.empty()) record_.hosts.push_back({std::string(kCatchAll), {}});
    }

    void offer_as_canary() {
        record_.canary_hosts = std::move(record_.hosts);
        record_.hosts.clear();
        if (!record_.default_backend || record_.canary_paths_of(kCatchAll) != nullptr) return;
        record_.canary_hosts.push_back({std::string(kCatchAll), {}});
        std::ranges::sort(record_.canary_hosts, {}, &HostPaths::host);
    }

    void report(Severity severity, const k8s::Position& where, std::string field, std::string message,
                std::string reason) {
        diagnostics_.push_back({.severity = severity,
                                .where = where,
                                .kind = k8s::Ingress::kKind,
                                .object = record_.ingress->meta.name,
                                .field = std::move(field),
                                .message = std::move(message),
                                .reason = std::move(reason)});
    }

    const ObjectStore& store_;
    const ConfigMapSettings& settings_;
    std::vector<Diagnostic>& diagnostics_;
    IngressRecord record_;
};

}  // namespace

const HostPaths* IngressRecord::paths_of(std::string_view host) const { return find_host(hosts, host); }

const HostPaths* IngressRecord::canary_paths_of(std::string_view host) const { return find_host(canary_hosts, host); }

BackendKey backend_key(const k8s::Ingress& ingress, const k8s::IngressBackend& backend) {
    return {{ingress.meta.name.ns, backend.service}, k8s::to_string(backend.port)};
}

bool begins_with_one_of(std::string_view path, const std::vector<std::string>& locations) {
    return std::ranges::any_of(locations, [&](const std::string& location) { return path.starts_with(location); });
}

IngressRecord compile_ingress(ObjectPtr object, const ObjectStore& store, const ConfigMapSettings& settings,
                              const std::string& annotations_prefix, PolicyPool& policies, CompiledParts parts,
                              std::vector<Diagnostic>& diagnostics) {
    return IngressCompiler(std::move(object), store, settings, diagnostics).run(annotations_prefix, policies, parts);
}

}  // namespace fairway::ingress
