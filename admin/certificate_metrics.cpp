// Certificates that hosts are served with: ingress-nginx's collectors/controller.go, ssl_* (reference section 7.2).
#include <algorithm>
#include <vector>

#include "admin/metrics_page.hpp"
#include "routing/route_table.hpp"
#include "tls/server_config.hpp"

namespace fairway::admin {

namespace {

struct Served {
    std::string host;
    const tls::Certificate* certificate;
};

/// Hosts that have a certificate of their own, and the default certificate under the host "_", by name.
std::vector<Served> served_certificates(const routing::Snapshot& snapshot) {
    const tls::CertificateStore& store = snapshot.tls->certificates();
    std::vector<Served> result{{"_", &store.default_certificate()}};
    for (const auto& host : snapshot.routes->hosts()) {
        const tls::CertificateChoice* choice = host->has_certificate() ? store.select(host->name()) : nullptr;
        if (choice == nullptr) continue;
        if (choice->rsa) result.push_back({host->name(), choice->rsa.get()});
        if (choice->ecdsa) result.push_back({host->name(), choice->ecdsa.get()});
    }
    std::stable_sort(result.begin(), result.end(), [](const Served& a, const Served& b) { return a.host < b.host; });
    return result;
}

/// Value of one attribute in an RFC 2253 name, without its escapes, or empty: "CN" of "CN=shop.example,O=Shop".
std::string attribute(const std::string& name, const std::string& key) {
    bool wanted = name.starts_with(key + "=");
    std::string value;
    for (std::size_t i = wanted ? key.size() + 1 : 0; i < name.size(); ++i) {
        if (name[i] == ',') {
            if (wanted) return value;
            wanted = name.compare(i + 1, key.size() + 1, key + "=") == 0;
            if (wanted) i += key.size() + 1;
            continue;
        }
        if (name[i] == '\\') ++i;
        if (wanted && i < name.size()) value += name[i];
    }
    return value;
}

const char* algorithm(const tls::Certificate& certificate) {
    switch (certificate.key_type()) {
        case tls::KeyType::rsa: return "RSA";
        case tls::KeyType::ecdsa: return "ECDSA";
        case tls::KeyType::other: return "other";
    }
    return "other";
}

Labels certificate_labels(const MetricsInput& input, const Served& served) {
    Labels labels;
    labels.add("class", input.identity.controller_class)
        .add("host", served.host)
        .add("identifier", served.certificate->serial());
    return labels;
}

}  // namespace

void append_certificate_metrics(Exposition& out, const MetricsInput& input) {
    if (!input.snapshot) return;
    const auto served = served_certificates(*input.snapshot);
    out.family("nginx_ingress_controller_ssl_expire_time_seconds", MetricType::gauge,
               "When the certificate of a host ends, in seconds since 1970.");
    for (const Served& entry : served) {
        const auto end = entry.certificate->not_after().time_since_epoch();
        out.sample(certificate_labels(input, entry), std::chrono::duration<double>(end).count());
    }
    out.family("nginx_ingress_controller_ssl_certificate_info", MetricType::gauge,
               "Always 1; the labels describe the certificate.");
    for (const Served& entry : served) {
        const std::string issuer = entry.certificate->issuer();
        out.sample(certificate_labels(input, entry)
                       .add("issuer_common_name", attribute(issuer, "CN"))
                       .add("issuer_organization", attribute(issuer, "O"))
                       .add("public_key_algorithm", algorithm(*entry.certificate))
                       .add("serial_number", entry.certificate->serial()),
                   1);
    }
}

}  // namespace fairway::admin
