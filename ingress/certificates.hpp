// Certificates from Secrets: loaded once for each version of a Secret, judged, and chosen for hosts.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ingress/object_store.hpp"
#include "tls/certificate.hpp"

namespace fairway::ingress {

/// What a Secret gives. `certificate` is null when nothing usable was ever loaded from it.
struct LoadedCertificate {
    std::shared_ptr<const tls::Certificate> certificate;
    std::string reason;   ///< CamelCase; empty: nothing to complain about
    std::string problem;  ///< sentence about the Secret: what is wrong and what to do
    Severity severity = Severity::error;
};

/// Keeps the certificate of the last good version when a new one cannot be used; a deleted Secret is forgotten.
class CertificateCache {
public:
    explicit CertificateCache(const ObjectStore& store) : store_(&store) {}
    /// Valid until the next call.
    const LoadedCertificate& load(const k8s::ObjectName& secret);

private:
    struct Entry {
        std::weak_ptr<const k8s::Object> secret;  ///< weak: key material goes when the store drops it
        LoadedCertificate loaded;
    };
    const ObjectStore* store_;
    std::map<k8s::ObjectName, Entry> entries_;
    LoadedCertificate missing_;
};

/// "expired", "not valid before", "expires in 9 days", as a sentence; empty when all is well.
std::string validity_problem(const tls::Certificate& certificate, std::chrono::system_clock::time_point now);

/// TLS of one host.
struct HostTls {
    /// A TLS section covers the host, whether or not its Secret is good: the redirect to HTTPS is active.
    bool has_entry = false;
    std::vector<std::shared_ptr<const tls::Certificate>>
        certificates;  ///< at most one of each key type; empty: default

    bool operator==(const HostTls&) const = default;
};

/// Reference 6.2. @param ingresses  those that name the host, oldest first. The oldest one with a TLS section decides;
/// Ingresses of its namespace may add a certificate of the other key type.
HostTls choose_tls(const std::string& host, const std::vector<const k8s::Ingress*>& ingresses, CertificateCache& cache);

/// What is wrong with the TLS sections of an Ingress.
std::vector<Diagnostic> review_tls(const k8s::Ingress& ingress, CertificateCache& cache,
                                   std::chrono::system_clock::time_point now);

}  // namespace fairway::ingress
