#include "ingress/certificates.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/host_name.hpp"

namespace fairway::ingress {

namespace {

constexpr const char* kTlsType = "kubernetes.io/tls";
constexpr auto kWarnBefore = std::chrono::hours(10 * 24);  // ingress-nginx

std::string day(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

LoadedCertificate load_secret(const k8s::Secret& secret) {
    const auto name = secret.meta.name.to_string();
    if (secret.withheld)
        return {nullptr, "SecretNotRead", fmt::format("Secret {} has not been read from the API server yet", name),
                Severity::warning};
    const auto chain = secret.data.find("tls.crt");
    const auto key = secret.data.find("tls.key");
    if (chain == secret.data.end() || key == secret.data.end()) {
        const bool typed = secret.type == kTlsType;
        return {nullptr, typed ? "SecretIncomplete" : "SecretOfWrongType",
                fmt::format("Secret {} {}; it needs the keys tls.crt and tls.key", name,
                            typed ? "is incomplete"
                                  : fmt::format("is of type \"{}\" and holds no certificate", secret.type)),
                Severity::error};
    }
    auto certificate = tls::Certificate::load(chain->second, key->second);
    if (!certificate)
        return {nullptr, "CertificateUnusable", fmt::format("Secret {}: {}", name, certificate.error().message),
                Severity::error};
    if (secret.type != kTlsType)
        return {*std::move(certificate), "SecretOfWrongType",
                fmt::format("Secret {} is of type \"{}\"; its certificate is used, but write type: {}", name,
                            secret.type, kTlsType),
                Severity::warning};
    return {*std::move(certificate), {}, {}, Severity::notice};
}

bool lists(const k8s::IngressTls& entry, std::string_view host) {
    return std::ranges::any_of(entry.hosts, [&](const std::string& listed) { return ascii::iequals(listed, host); });
}

/// The certificate of a TLS entry if it is there and covers the host.
std::shared_ptr<const tls::Certificate> fitting(const k8s::Ingress& ingress, const k8s::IngressTls& entry,
                                                const std::string& host, CertificateCache& cache) {
    if (entry.secret_name.empty()) return nullptr;
    const auto& loaded = cache.load({ingress.meta.name.ns, entry.secret_name});
    return loaded.certificate && loaded.certificate->covers(host) ? loaded.certificate : nullptr;
}

void add_certificate(HostTls& tls, std::shared_ptr<const tls::Certificate> certificate) {
    if (!certificate) return;
    const bool same_type = std::ranges::any_of(tls.certificates, [&](const auto& other) {
        return (other->key_type() == tls::KeyType::rsa) == (certificate->key_type() == tls::KeyType::rsa);
    });
    if (!same_type) tls.certificates.push_back(std::move(certificate));
}

class TlsReview {
public:
    TlsReview(const k8s::Ingress& ingress, CertificateCache& cache, std::chrono::system_clock::time_point now)
        : ingress_(ingress), cache_(cache), now_(now) {}

    std::vector<Diagnostic> run() {
        for (std::size_t i = 0; i < ingress_.tls.size(); ++i) {
            entry_ = &ingress_.tls[i];
            field_ = fmt::format("spec.tls[{}]", i);
            review_entry();
        }
        return std::move(found_);
    }

private:
    void review_entry() {
        for (const auto& host : entry_->hosts)
            if (!has_rule(host))
                add(Severity::notice, "TlsHostWithoutRule",
                    fmt::format("host \"{}\" has no rule in this Ingress, so its certificate is not served for it",
                                host));
        if (entry_->secret_name.empty()) {
            if (!entry_->hosts.empty())
                add(Severity::notice, "TlsWithoutSecret", "names no Secret. The default certificate serves its hosts");
            return;
        }
        const auto& loaded = cache_.load({ingress_.meta.name.ns, entry_->secret_name});
        if (!loaded.reason.empty()) add(loaded.severity, loaded.reason, with_outcome(loaded.problem, outcome(loaded)));
        if (loaded.certificate) review_certificate(*loaded.certificate);
    }

    static std::string_view outcome(const LoadedCertificate& loaded) {
        if (!loaded.certificate) return "The default certificate serves its hosts";
        return loaded.severity == Severity::error ? "The certificate loaded before stays" : "";
    }

    void review_certificate(const tls::Certificate& certificate) {
        for (const auto& host : entry_->hosts) {
            if (certificate.covers(ascii::lower_copy(host))) continue;
            add(Severity::warning, "CertificateDoesNotCoverHost",
                fmt::format("the certificate of Secret {}/{} is valid for {}, not for \"{}\". The default certificate "
                            "serves that host",
                            ingress_.meta.name.ns, entry_->secret_name, fmt::join(certificate.names(), ", "), host));
        }
        if (const auto problem = validity_problem(certificate, now_); !problem.empty())
            add(Severity::warning, "CertificateValidity",
                fmt::format("the certificate of Secret {}/{} {}", ingress_.meta.name.ns, entry_->secret_name, problem));
    }

    bool has_rule(const std::string& host) const {
        return std::ranges::any_of(ingress_.rules,
                                   [&](const k8s::IngressRule& rule) { return ascii::iequals(rule.host, host); });
    }

    void add(Severity severity, std::string reason, std::string message) {
        found_.push_back({.severity = severity,
                          .where = entry_->where,
                          .kind = k8s::Ingress::kKind,
                          .object = ingress_.meta.name,
                          .field = field_,
                          .message = std::move(message),
                          .reason = std::move(reason)});
    }

    const k8s::Ingress& ingress_;
    CertificateCache& cache_;
    std::chrono::system_clock::time_point now_;
    const k8s::IngressTls* entry_ = nullptr;
    std::string field_;
    std::vector<Diagnostic> found_;
};

}  // namespace

const LoadedCertificate& CertificateCache::load(const k8s::ObjectName& name) {
    const auto object = store_->find_object({k8s::Secret::kKind, name});
    if (!object) {
        entries_.erase(name);
        std::vector<std::string_view> names;
        store_->for_each_in<k8s::Secret>(name.ns,
                                         [&](const k8s::Secret& secret) { names.push_back(secret.meta.name.name); });
        missing_ = {nullptr, "SecretNotFound",
                    fmt::format("Secret {} does not exist{}", name.to_string(), did_you_mean(name.name, names)),
                    Severity::error};
        return missing_;
    }
    auto& entry = entries_[name];
    if (entry.secret.lock() != object) {
        auto loaded = load_secret(*object_as<k8s::Secret>(object));
        if (!loaded.certificate) loaded.certificate = std::move(entry.loaded.certificate);
        entry = {object, std::move(loaded)};
    }
    return entry.loaded;
}

std::string validity_problem(const tls::Certificate& certificate, std::chrono::system_clock::time_point now) {
    if (now < certificate.not_before())
        return fmt::format("is not valid before {}; clients refuse it until then", day(certificate.not_before()));
    if (now > certificate.not_after())
        return fmt::format("expired on {}; renew it, clients refuse it", day(certificate.not_after()));
    const auto left = certificate.not_after() - now;
    if (left < kWarnBefore)
        return fmt::format("expires on {}, in {} days; renew it", day(certificate.not_after()),
                           std::chrono::duration_cast<std::chrono::hours>(left).count() / 24);
    return {};
}

HostTls choose_tls(const std::string& host, const std::vector<const k8s::Ingress*>& ingresses,
                   CertificateCache& cache) {
    HostTls tls;
    // The catch-all always shows the default certificate, also if a host-less Ingress has a TLS section.
    if (host == kCatchAll) return tls;
    const auto decides =
        std::ranges::find_if(ingresses, [](const k8s::Ingress* ingress) { return !ingress->tls.empty(); });
    if (decides == ingresses.end()) return tls;
    for (auto other = decides; other != ingresses.end(); ++other) {
        if ((*other)->meta.name.ns != (*decides)->meta.name.ns) continue;
        for (const auto& entry : (*other)->tls) {
            if (!lists(entry, host)) continue;
            tls.has_entry = true;
            add_certificate(tls, fitting(**other, entry, host, cache));
        }
    }
    if (tls.has_entry) return tls;
    for (const auto& entry : (*decides)->tls) {
        if (auto certificate = fitting(**decides, entry, host, cache)) return {true, {std::move(certificate)}};
    }
    return tls;
}

std::vector<Diagnostic> review_tls(const k8s::Ingress& ingress, CertificateCache& cache,
                                   std::chrono::system_clock::time_point now) {
    return TlsReview(ingress, cache, now).run();
}

}  // namespace fairway::ingress
