// Route: what one path of one host does with a request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "routing/backend.hpp"
#include "routing/part.hpp"
#include "routing/policy/tls_redirect.hpp"
#include "routing/policy/upstream_policy.hpp"

namespace fairway::tls {
class ClientContext;  // tls/client_context.hpp
}

namespace fairway::routing {

// Each in a file of its own: policy/NAME.hpp, but TextTemplate.
struct AccessList;
struct BasicAuth;
struct BodyBuffering;
struct Canaries;
struct Cors;
struct ErrorPages;
struct ExternalAuth;
struct FastCgi;
struct FieldSet;
struct Mirror;
struct ModSecurity;
struct RateLimits;
struct Redirect;
struct ResponseRate;
struct ResponseRewrite;
struct Rewrite;
struct TextTemplate;
struct Tracing;
struct UpstreamHttp;

/// spec.rules[].http.paths[].pathType; ImplementationSpecific has become prefix, as in ingress-nginx.
enum class PathType : std::uint8_t { exact, prefix };

/// The Ingress a route comes from; shared by its routes. For log variables, metric labels and explain.
struct RouteOwner {
    std::string ingress_namespace;  ///< $namespace
    std::string ingress;            ///< $ingress_name
    std::string where;              ///< "file:line" or empty in a cluster
};

/// Settings that act after the match; shared by all routes that have the same.
struct RoutePolicy {
    TlsRedirect tls_redirect;
    Part<Redirect> redirect;           ///< annotations permanent-redirect, temporal-redirect
    bool relative_redirects = false;   ///< our own redirects on the same host have a Location without scheme and host
    Part<Cors> cors;                   ///< annotation enable-cors
    Part<Rewrite> rewrite;             ///< annotations rewrite-target, x-forwarded-prefix
    Part<RateLimits> rate_limits;      ///< annotations limit-rps, limit-rpm, limit-connections
    Part<AccessList> access_list;      ///< annotations allowlist-source-range, denylist-source-range
    Part<BasicAuth> basic_auth;        ///< annotations auth-type, auth-secret
    Part<ExternalAuth> external_auth;  ///< annotations auth-url, auth-signin …
    bool satisfy_any = false;        ///< annotation satisfy: one of access_list, basic_auth and external_auth is enough
    Part<ModSecurity> modsecurity;   ///< annotations enable-modsecurity, enable-owasp-core-rules …
    Part<Mirror> mirror;             ///< annotations mirror-*
    Part<ErrorPages> error_pages;    ///< annotations custom-http-errors, default-backend
    Part<FieldSet> response_fields;  ///< annotation custom-headers
    Part<ResponseRewrite> response_rewrite;  ///< annotations proxy-cookie-*, proxy-redirect-*
    Part<ResponseRate> response_rate;        ///< annotations limit-rate, limit-rate-after
    Part<BodyBuffering> body_buffering;      ///< annotations proxy-request-buffering, proxy-buffering and their sizes
    Part<UpstreamHttp> upstream_http;        ///< annotations proxy-http-version, connection-proxy-header
    Part<FastCgi> fastcgi;                   ///< annotations fastcgi-index, fastcgi-params-configmap
    Part<TextTemplate> upstream_vhost;       ///< annotation of this name: Host for the endpoints; absent: the client's
    Part<Tracing> tracing;                   ///< annotation enable-opentelemetry
    UpstreamTimeouts timeouts;
    RetryPolicy retry;
    BodyLimit body_limit;
    std::optional<UpstreamProtocol> protocol;  ///< annotation backend-protocol; none: the endpoints' own
    /// Annotations proxy-ssl-*, for protocols with TLS; null: nothing is verified and no certificate shown.
    std::shared_ptr<const tls::ClientContext> upstream_tls;
    bool access_log = true;  ///< annotation enable-access-log
    /// Not empty: every request is answered 503, because a setting that guards access, or without which the endpoints
    /// cannot be spoken to, could not be honoured. Says why.
    std::string denied;

    bool operator==(const RoutePolicy&) const = default;
};

struct Route {
    std::string path;  ///< as the Ingress writes it, "/" when empty: $location_path, metric label "path"
    PathType type = PathType::prefix;
    std::shared_ptr<const RouteOwner> owner;    ///< null for the built-in default backend
    std::shared_ptr<const RoutePolicy> policy;  ///< never null
    std::shared_ptr<const Backend> backend;     ///< null: the built-in default backend answers 404
    Part<Canaries> canaries;                    ///< other backends that get a share: annotations canary-*
    bool gives_session_cookies = false;         ///< its Ingress has annotation affinity: cookie
};

/// What is spoken to the endpoints of `backend`, the one of `route` or a canary; auto_http still depends on the client.
inline UpstreamProtocol effective_protocol(const Route& route, const Backend& backend,
                                           const EndpointSet& endpoints) noexcept {
    if (backend.always_http) return UpstreamProtocol::http;
    return route.policy->protocol.value_or(endpoints.protocol);
}
/// For a route that has a backend.
inline UpstreamProtocol effective_protocol(const Route& route, const EndpointSet& endpoints) noexcept {
    return effective_protocol(route, *route.backend, endpoints);
}

}  // namespace fairway::routing
