#include "ingress/host_tls.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ingress/host_name.hpp"
#include "ingress/setting_reader.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kPassthrough = "ssl-passthrough";

const k8s::IngressPath* root_path(const IngressRecord& record, const std::string& host) {
    const auto* paths = record.paths_of(host);
    if (paths == nullptr) return nullptr;
    const auto found = std::ranges::find_if(
        paths->paths, [](const k8s::IngressPath* path) { return path->path.empty() || path->path == "/"; });
    return found == paths->paths.end() ? nullptr : *found;
}

}  // namespace

HostTlsSettings merge_host_tls(const std::vector<const IngressRecord*>& ingresses) {
    HostTlsSettings result;
    tls::HostSettings handshake;
    const routing::ClientCertificates* chosen = nullptr;
    for (const auto* record : ingresses) {
        const auto& wanted = record->host_tls;
        if (handshake.ciphers.empty()) handshake.ciphers = wanted.ciphers;
        if (!handshake.prefer_server_ciphers) handshake.prefer_server_ciphers = wanted.prefer_server_ciphers;
        if (!wanted.client_certificates) continue;
        const bool closes = !wanted.client_certificates->refused.empty();
        const bool chosen_asks = chosen != nullptr && (chosen->verification || !chosen->refused.empty());
        if (!chosen_asks || (closes && chosen->refused.empty())) chosen = &*wanted.client_certificates;
    }
    if (chosen != nullptr) {
        result.client_certificates = *chosen;
        if (chosen->refused.empty()) handshake.client_verification = chosen->verification;
    }
    if (!(handshake == tls::HostSettings{})) result.handshake = std::make_shared<const tls::HostSettings>(handshake);
    return result;
}

std::optional<routing::PassthroughHost> find_passthrough(const std::string& host,
                                                         const std::vector<const IngressRecord*>& ingresses,
                                                         const BackendRegistry& backends, bool enabled,
                                                         const std::string& annotations_prefix,
                                                         std::vector<Diagnostic>& diagnostics) {
    for (const auto* record : ingresses) {
        if (!record->host_tls.passthrough) continue;
        const auto warn = [&](std::string_view problem) {
            SettingReader::of_annotations(record->ingress->meta, annotations_prefix, diagnostics)
                .report(Severity::warning, kPassthrough,
                        fmt::format("has no effect for host \"{}\": {}. Its TLS is terminated", host, problem),
                        "PassthroughNotPossible");
        };
        if (!enabled)
            warn("Fairway runs without --enable-ssl-passthrough");
        else if (record != ingresses.front())
            warn(fmt::format("its oldest Ingress, {}, does not ask for it",
                             ingresses.front()->ingress->meta.name.to_string()));
        else if (host == kCatchAll || host.starts_with('*'))
            warn("only a full host name can be found in a TLS handshake");
    }
    if (!enabled || ingresses.empty() || !ingresses.front()->host_tls.passthrough) return std::nullopt;
    if (host == kCatchAll || host.starts_with('*')) return std::nullopt;
    for (const auto* record : ingresses) {
        const auto* path = root_path(*record, host);
        if (path == nullptr) continue;
        const auto* registered = backends.find(backend_key(*record->ingress, path->backend));
        if (registered == nullptr) break;
        return routing::PassthroughHost{.name = host, .backend = registered->backend, .owner = record->owner};
    }
    SettingReader::of_annotations(ingresses.front()->ingress->meta, annotations_prefix, diagnostics)
        .report(Severity::warning, kPassthrough,
                fmt::format(
                    "has no effect for host \"{}\": it has no path /, whose Service the connections would go to; add "
                    "one. Its TLS is terminated",
                    host),
                "PassthroughNotPossible");
    return std::nullopt;
}

}  // namespace fairway::ingress
