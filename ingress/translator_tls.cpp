// The parts of Translator that decide certificates, TLS of hosts, passthrough and the default backend.
#include <algorithm>

#include <fmt/format.h>

#include "ingress/host_name.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/translator.hpp"
#include "tls/certificate_store.hpp"
#include "tls/server_config.hpp"

namespace fairway::ingress {

namespace {

Diagnostic option_problem(Severity severity, const char* kind, const k8s::ObjectName& object, std::string flag,
                          std::string message, std::string reason) {
    return {.severity = severity,
            .where = {},
            .kind = kind,
            .object = object,
            .field = std::move(flag),
            .message = std::move(message),
            .reason = std::move(reason)};
}

}  // namespace

/// Certificates of the dirty hosts; and when a wildcard gains or loses its entry, the hosts below it are dirty as well,
/// because they count as having a certificate through it.
void Translator::settle_tls(Dirty& dirty) {
    std::set<std::string> wildcards;
    for (const auto& name : dirty.hosts) {
        auto& state = hosts_[name];
        HostTls tls;
        HostTlsSettings settings;
        if (!state.users.empty()) {
            const auto records = ordered(state.users);
            std::vector<const k8s::Ingress*> ingresses;
            for (const auto* record : records) ingresses.push_back(record->ingress);
            tls = choose_tls(name, ingresses, certificates_);
            settings = merge_host_tls(records);
        }
        const auto& before = state.settings.handshake;
        const bool same_handshake =
            before == settings.handshake || (before && settings.handshake && *before == *settings.handshake);
        tls_changed_ |= !same_handshake || has_host_settings_;
        state.settings = std::move(settings);
        if (name.starts_with('*') && tls.has_entry != state.tls.has_entry) wildcards.insert(name);
        tls_changed_ |= !(tls == state.tls) || settings_.tls.reject_unknown_names;
        state.tls = std::move(tls);
    }
    if (!wildcards.empty())
        for (const auto& [name, state] : hosts_)
            if (wildcards.contains(wildcard_of(name))) dirty.hosts.insert(name);
    for (const auto& name : dirty.hosts) {
        const auto wildcard = hosts_.find(wildcard_of(name));
        hosts_[name].has_certificate =
            hosts_[name].tls.has_entry || (wildcard != hosts_.end() && wildcard->second.tls.has_entry);
    }
    if (dirty.default_certificate ||
        (options_.default_ssl_certificate && dirty.secrets.contains(*options_.default_ssl_certificate)))
        tls_changed_ = true;
    if (settings_.dh_parameters && dirty.secrets.contains(*settings_.dh_parameters)) tls_changed_ = true;
}

void Translator::rebuild_tls_config() {
    tls_changed_ = false;
    std::vector<Diagnostic> problems;
    if (!fake_certificate_) fake_certificate_ = tls::Certificate::make_fake();
    default_certificate_ = fake_certificate_;
    if (options_.default_ssl_certificate) {
        const auto& loaded = certificates_.load(*options_.default_ssl_certificate);
        if (loaded.certificate) default_certificate_ = loaded.certificate;
        if (!loaded.reason.empty())
            problems.push_back(option_problem(
                loaded.severity, k8s::Secret::kKind, *options_.default_ssl_certificate, "--default-ssl-certificate",
                with_outcome(loaded.problem, loaded.certificate ? "" : "A self-made certificate serves"),
                loaded.reason));
    }

    auto store = std::make_shared<tls::CertificateStore>(default_certificate_);
    for (const auto& [name, state] : hosts_) {
        for (const auto& certificate : state.tls.certificates) store->add(name, certificate);
        // Without a good certificate of its own the host shows the default one, not that of a wildcard; and with
        // ssl-reject-handshake only names that no Ingress knows are refused.
        const bool known_name = settings_.tls.reject_unknown_names && name != kCatchAll && !state.has_certificate;
        if (state.tls.certificates.empty() && (state.tls.has_entry || known_name))
            store->add(name, default_certificate_);
    }
    add_certificates_of_names(*store);

    if (settings_.ocsp) store->staple(staples_);
    auto settings = settings_.tls;
    load_dh_parameters(settings, problems);
    const auto hosts = host_settings();
    has_host_settings_ = hosts != nullptr;
    auto config = tls::ServerConfig::create(settings, store, tls_.get(), hosts);
    if (!config) {
        problems.push_back(option_problem(Severity::error, k8s::ConfigMap::kKind,
                                          options_.configmap.value_or(k8s::ObjectName{}), "data",
                                          fmt::format("{}. The TLS settings {}", config.error().message,
                                                      tls_ ? "before it stay" : "have their defaults"),
                                          "TlsSettingsRefused"));
        config = tls::ServerConfig::create(tls_ ? tls_->settings() : tls::ServerSettings{}, store, tls_.get(), hosts);
    }
    book_->replace("tls", std::move(problems));
    tls_ = config.value();
}

std::vector<std::shared_ptr<const tls::Certificate>> Translator::served_certificates() const {
    std::set<std::shared_ptr<const tls::Certificate>> all;
    for (const auto& [name, state] : hosts_) all.insert(state.tls.certificates.begin(), state.tls.certificates.end());
    if (default_certificate_ && default_certificate_ != fake_certificate_) all.insert(default_certificate_);
    return {all.begin(), all.end()};
}

void Translator::use_staples(tls::Staples staples) {
    tls_changed_ |= settings_.ocsp && staples != staples_;
    staples_ = std::move(staples);
}

void Translator::load_dh_parameters(tls::ServerSettings& settings, std::vector<Diagnostic>& problems) const {
    if (!settings_.dh_parameters) return;
    const auto& name = *settings_.dh_parameters;
    const auto* secret = store_->find<k8s::Secret>(name);
    if (secret != nullptr) {
        if (const auto text = secret->data.find("dhparam.pem"); text != secret->data.end()) {
            settings.dh_parameters_pem = text->second;
            return;
        }
    }
    problems.push_back(option_problem(
        Severity::warning, k8s::ConfigMap::kKind, options_.configmap.value_or(k8s::ObjectName{}), "data.ssl-dh-param",
        fmt::format("Secret {} {}. Ciphers that need it are not offered", name.to_string(),
                    secret == nullptr ? "does not exist" : "has no key dhparam.pem"),
        "DhParametersMissing"));
}

/// Null when no host has any: then no handshake looks for them. Else all hosts are there, as an exact name without settings
/// goes before a wildcard with some.
std::shared_ptr<const tls::HostSettingsMap> Translator::host_settings() const {
    const bool any =
        std::ranges::any_of(hosts_, [](const auto& host) { return host.second.settings.handshake != nullptr; });
    if (!any) return nullptr;
    auto map = std::make_shared<tls::HostSettingsMap>();
    for (const auto& [name, state] : hosts_)
        if (!state.users.empty()) map->add(name, state.settings.handshake);
    add_settings_of_names(*map);
    return map;
}

void Translator::settle_passthrough(const std::string& name, std::optional<routing::PassthroughHost> wanted) {
    const auto known = passthrough_ ? passthrough_->find(name) : routing::PassthroughTable::const_iterator{};
    const bool is_known = passthrough_ && known != passthrough_->end();
    if (is_known == wanted.has_value() && (!wanted || known->second == *wanted)) return;
    auto table = passthrough_ ? std::make_shared<routing::PassthroughTable>(*passthrough_)
                              : std::make_shared<routing::PassthroughTable>();
    if (wanted)
        table->insert_or_assign(name, *std::move(wanted));
    else
        table->erase(name);
    if (table->empty())
        passthrough_ = nullptr;
    else
        passthrough_ = std::move(table);
}

void Translator::register_default_backend() {
    static const ObjectKey kUser{"", {"", "--default-backend-service"}};
    const auto& name = *options_.default_backend_service;
    const auto* service = store_->find<k8s::Service>(name);
    std::optional<BackendKey> key;
    if (service != nullptr && !service->ports.empty())
        key = BackendKey{name, fmt::format("{}", service->ports.front().port)};
    if (key == default_backend_key_) return;
    if (default_backend_key_) backends_.remove_user(*default_backend_key_, kUser);
    if (key) backends_.add_user(*key, kUser);
    default_backend_key_ = key;
}

void Translator::refresh_default_backend(Dirty& dirty) {
    std::shared_ptr<const routing::Backend> available;
    std::vector<Diagnostic> problems;
    if (options_.default_backend_service) {
        const auto& name = *options_.default_backend_service;
        register_default_backend();
        const auto* registered = default_backend_key_ ? backends_.find(*default_backend_key_) : nullptr;
        const auto endpoints = registered != nullptr ? registered->endpoints : resolve_endpoints(sources_, name, "");
        const auto& problem = endpoints.problem;
        // A name that DNS has not answered yet is no problem; one whose last answer is old is still served.
        if (problem.reason.empty() || !endpoints.set->endpoints.empty()) {
            available = registered->backend;
        } else {
            problems.push_back(option_problem(problem.severity, k8s::Service::kKind, name, "--default-backend-service",
                                              with_outcome(problem.message, "The built-in 404 answers"),
                                              problem.reason));
            problems.back().refuses_start = store_->find<k8s::Service>(name) == nullptr;
        }
    }
    book_->replace("default-backend", std::move(problems));

    const auto balance = settings_.defaults.load_balance;
    const bool same = available ? default_backend_ && default_backend_->id == available->id &&
                                      default_backend_->load_balance == balance &&
                                      default_backend_->client_ip_affinity == available->client_ip_affinity
                                : !default_backend_;
    if (!same) {
        default_backend_ = nullptr;
        if (available) {
            auto backend = std::make_shared<routing::Backend>(*available);
            backend->name = "upstream-default-backend";  // what ingress-nginx calls it in logs
            backend->load_balance = balance;
            backend->balancing.reset();   // of Ingresses that name its Service
            backend->always_http = true;  // reference 1.6
            default_backend_ = std::move(backend);
        }
        for (const auto& [host, state] : hosts_) dirty.hosts.insert(host);
    }
    if (default_route_ && same) return;
    const auto policy = default_policy();  // unknown hosts have no certificate entry: no redirect
    default_route_ = std::make_shared<const routing::Route>(routing::Route{.path = "/",
                                                                           .type = routing::PathType::prefix,
                                                                           .owner = nullptr,
                                                                           .policy = policies_.intern(policy, 0),
                                                                           .backend = default_backend_});
}

/// Whoever writes proxy-ssl-secret believes that the endpoints are spoken to in TLS.
void Translator::note_plain_endpoints(const IngressRecord& record, std::vector<Diagnostic>& diagnostics) const {
    using routing::UpstreamProtocol;
    if (!record.policy->upstream_tls) return;
    for (const auto& key : record.backends) {
        if (key == record.error_backend || key == record.mirror_servers) continue;  // not what proxy-ssl-* are for
        const auto& set = *backends_.find(key)->endpoints.set;
        const auto protocol = record.policy->protocol.value_or(set.protocol);
        if (set.endpoints.empty() || routing::uses_tls(protocol) || protocol == UpstreamProtocol::auto_http) continue;
        SettingReader::of_annotations(record.ingress->meta, options_.annotations_prefix, diagnostics)
            .report(Severity::warning, "proxy-ssl-secret",
                    fmt::format("has no effect on Service {} port {}, whose endpoints are spoken to without TLS; write "
                                "backend-protocol: HTTPS or GRPCS",
                                key.service.to_string(), key.port),
                    "AnnotationWithoutEffect");
    }
}

void Translator::report_tls(const k8s::ObjectName& name) {
    const auto* record = this->record(name);
    book_->replace("tls:" + name.to_string(),
                   record == nullptr ? std::vector<Diagnostic>{}
                                     : review_tls(*record->ingress, certificates_, std::chrono::system_clock::now()));
}

void Translator::review_certificates() {
    for (const auto& [name, record] : records_)
        if (!record.ingress->tls.empty()) report_tls(name);
}

}  // namespace fairway::ingress
