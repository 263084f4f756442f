// The parts of Translator that the admission webhook asks: what would be said about an Ingress if it were stored.
#include "ingress/translator.hpp"

namespace fairway::ingress {

std::vector<const IngressRecord*> Translator::users_of(const std::string& host) const {
    const auto found = hosts_.find(host);
    return found == hosts_.end() ? std::vector<const IngressRecord*>() : ordered(found->second.users);
}

std::vector<Diagnostic> Translator::try_out(const ObjectPtr& object) const {
    std::vector<Diagnostic> diagnostics;
    PolicyPool policies;  // of its own, as all of this: a trial leaves no trace
    UpstreamTlsContexts upstream_tls(*store_);
    CertificateCache certificates(*store_);
    const auto record = compile_ingress(object, *store_, settings_, options_.annotations_prefix, policies,
                                        {upstream_tls, *rule_sets_}, diagnostics);
    const auto note_backend_problem = [&](const BackendKey& key, std::string field) {
        const auto endpoints = resolve_endpoints(sources_, key.service, key.port);
        // An Ingress is mostly stored before the Pods of its Service are ready: only what names something wrong is told.
        if (!endpoints.problem.reason.ends_with("NotFound")) return;
        diagnostics.push_back({.severity = endpoints.problem.severity,
                               .where = {},
                               .kind = k8s::Ingress::kKind,
                               .object = record.ingress->meta.name,
                               .field = std::move(field),
                               .message = with_outcome(endpoints.problem.message, "Requests are answered 503"),
                               .reason = endpoints.problem.reason});
    };
    for (const auto& paths : record.hosts)
        for (const auto* path : paths.paths)
            note_backend_problem(backend_key(*record.ingress, path->backend), path->field + ".backend");
    if (record.default_backend) note_backend_problem(*record.default_backend, "spec.defaultBackend");
    auto about_tls = review_tls(*record.ingress, certificates, std::chrono::system_clock::now());
    for (auto& diagnostic : about_tls) {
        // Whatever is wrong with a Secret, it is not the Ingress that has to change.
        if (diagnostic.severity == Severity::error) diagnostic.severity = Severity::warning;
        diagnostics.push_back(std::move(diagnostic));
    }
    return diagnostics;
}

}  // namespace fairway::ingress
