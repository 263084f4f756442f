// The report of a certificate: what a Secret with tls.crt holds and who uses it. Its key and its bytes stay inside.
#include <set>

#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

const char* type_name(tls::KeyType type) {
    switch (type) {
        case tls::KeyType::rsa: return "RSA";
        case tls::KeyType::ecdsa: return "ECDSA";
        case tls::KeyType::other: return "other";
    }
    return "other";
}

std::string timestamp_text(std::chrono::system_clock::time_point time) {
    return ingress::timestamp_text(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

/// Of the Ingresses' TLS sections that name the Secret.
std::set<std::string> hosts_of(const ReportContext& context, const k8s::ObjectName& secret,
                               const std::set<k8s::ObjectName>& ingresses) {
    std::set<std::string> hosts;
    for (const auto& name : ingresses) {
        const auto* ingress = context.sources.endpoints.store.find<k8s::Ingress>(name);
        if (ingress == nullptr) continue;
        for (const auto& section : ingress->tls)
            if (section.secret_name == secret.name) hosts.insert(section.hosts.begin(), section.hosts.end());
    }
    return hosts;
}

json::object spec_of(const ReportContext& context, const k8s::ObjectName& secret) {
    const auto ingresses = context.sources.translator.ingresses_of(secret);
    json::array names;
    for (const auto& name : ingresses) names.push_back(json::string(name.to_string()));
    const auto hosts = hosts_of(context, secret, ingresses);
    return {{"secretName", secret.name},
            {"hosts", json::array(hosts.begin(), hosts.end())},
            {"ingresses", std::move(names)},
            {"default", context.sources.translator.options().default_ssl_certificate == secret}};
}

json::object status_of(const LoadedCertificate& loaded) {
    const bool usable = loaded.certificate != nullptr;
    json::object status{{"usable", usable}};
    if (!usable) return status;
    const tls::Certificate& certificate = *loaded.certificate;
    status["dnsNames"] = json::array(certificate.names().begin(), certificate.names().end());
    status["subject"] = certificate.subject();
    status["issuer"] = certificate.issuer();
    status["serialNumber"] = certificate.serial();
    status["fingerprintSHA256"] = certificate.fingerprint();
    status["keyType"] = type_name(certificate.key_type());
    status["notBefore"] = timestamp_text(certificate.not_before());
    status["notAfter"] = timestamp_text(certificate.not_after());
    return status;
}

}  // namespace

json::object certificate_report(const ReportContext& context, const k8s::ObjectMeta& meta) {
    const LoadedCertificate& loaded = context.sources.translator.certificate(meta.name);
    auto status = status_of(loaded);
    auto diagnostics = context.diagnostics.about(k8s::Secret::kKind, meta.name);
    if (!loaded.problem.empty())
        diagnostics.push_back(json::object{{"type", loaded.severity == Severity::notice ? "Normal" : "Warning"},
                                           {"severity", to_string(loaded.severity)},
                                           {"reason", loaded.reason},
                                           {"field", "data"},
                                           {"message", loaded.problem},
                                           {"where", meta.where.to_string()}});
    status["diagnostics"] = std::move(diagnostics);
    auto report = report_head(context, Resource::certificates, meta, k8s::Secret::kKind);
    report["metadata"].as_object().erase("annotations");  // of a Secret: nobody needs them here, so nothing leaks
    report["spec"] = spec_of(context, meta.name);
    report["status"] = std::move(status);
    return report;
}

}  // namespace fairway::ingress
