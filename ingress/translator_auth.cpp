// The parts of Translator that follow the servers of auth-url and global-auth-url.
#include <fmt/format.h>

#include "ingress/setting_reader.hpp"
#include "ingress/translator.hpp"

namespace fairway::ingress {

namespace {

const ObjectKey& global_user() {
    static const ObjectKey kUser{"", {"", "global-auth-url"}};
    return kUser;
}

constexpr std::string_view kOutcome = "Requests that it should judge are answered 500";

}  // namespace

routing::RoutePolicy Translator::default_policy() const {
    auto policy = settings_.defaults.policy;
    policy.tls_redirect = {.enabled = false};
    const auto& auth = settings_.defaults.global_auth;
    if (!auth) return policy;
    if (global_auth_)
        policy.external_auth =
            external_auth_on(*auth, *global_auth_, {}, backends_.find(global_auth_->backend)->backend->id);
    else if (policy.denied.empty())
        policy.denied = unknown_auth_host(*auth);
    return policy;
}

void Translator::follow_global_auth() {
    std::optional<AuthServer> next;
    if (const auto& auth = settings_.defaults.global_auth)
        if (auto backend = server_backend(auth->url, {}, settings_.defaults.service_names))
            next = AuthServer{*std::move(backend), auth->url.https ? upstream_tls_.for_name(auth->url.host) : nullptr};
    if (next) backends_.add_user(next->backend, global_user());
    if (global_auth_ && (!next || next->backend != global_auth_->backend))
        backends_.remove_user(global_auth_->backend, global_user());
    global_auth_ = std::move(next);
}

void Translator::report_global_auth() {
    std::vector<Diagnostic> diagnostics;
    const auto* map = options_.configmap ? store_->find<k8s::ConfigMap>(*options_.configmap) : nullptr;
    if (settings_.defaults.global_auth && map != nullptr) {
        auto settings = SettingReader::of_configmap(*map, diagnostics);
        if (!global_auth_) {
            settings.report(
                Severity::warning, "global-auth-url",
                "takes the host of the rule, which requests for unknown hosts do not have. Those, and rules for "
                "wildcards, are answered 503",
                "AuthHostUnknown");
        } else if (const auto& problem = backends_.find(global_auth_->backend)->endpoints.problem;
                   !problem.reason.empty()) {
            settings.report(problem.severity, "global-auth-url", with_outcome(problem.message, kOutcome),
                            problem.reason);
        }
    }
    book_->replace("global-auth", std::move(diagnostics));
}

void Translator::report_auth_servers(const IngressRecord& record, std::vector<Diagnostic>& diagnostics) const {
    if (!record.external_auth || record.external_auth->global) return;
    auto settings = SettingReader::of_annotations(record.ingress->meta, options_.annotations_prefix, diagnostics);
    std::set<BackendKey> told;
    for (const auto& [host, server] : record.auth_servers) {
        const auto* registered = backends_.find(server.backend);
        if (registered == nullptr || registered->endpoints.problem.reason.empty()) continue;
        if (!told.insert(server.backend).second) continue;
        const auto& problem = registered->endpoints.problem;
        settings.report(problem.severity, "auth-url", with_outcome(problem.message, kOutcome), problem.reason);
    }
}

}  // namespace fairway::ingress
