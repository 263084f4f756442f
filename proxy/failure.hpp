// Why a request was not answered by an endpoint: one table gives the status, and the word for log and metrics.
#pragma once

#include <cstdint>
#include <string_view>

namespace fairway::proxy {

enum class Failure : std::uint8_t {
    none,
    bad_path,          ///< path that cannot be normalised (bad escape, NUL, above the root)
    bad_body,          ///< request body with malformed framing
    body_too_large,    ///< over proxy-body-size
    client_timeout,    ///< request body not received in time
    client_gone,       ///< the client left before its answer
    no_route,          ///< nothing matched, and there is no default backend
    refused_by_rules,  ///< of ModSecurity, which say the status (Inspection::refusal)
    access_denied,     ///< a setting that guards access could not be honoured (RoutePolicy::denied)
    no_endpoints,      ///< Service or port does not exist, or has no ready endpoint
    connect_failed,
    connect_timeout,   ///< of TCP or TLS
    tls_failed,        ///< the TLS handshake: certificate refused, no common protocol, closed
    upstream_broken,   ///< reset or closed before its response head
    upstream_invalid,  ///< a response that RFC 9112 does not allow, or a head that is too large
    upstream_timeout,
    deadline_exceeded,  ///< of a gRPC call: its grpc-timeout is over
    intercepted,        ///< the endpoint's own status, which an error page replaces
    cannot_upgrade,     ///< a tunnel was asked for (RFC 8441), and the endpoint's protocol has none
};

/// No connection to the endpoint was made, so that it has seen nothing of the request.
constexpr bool cannot_connect(Failure failure) noexcept {
    return failure == Failure::connect_failed || failure == Failure::connect_timeout || failure == Failure::tls_failed;
}

struct FailureAnswer {
    std::uint16_t status;     ///< 499 is never sent: the client is gone
    std::string_view reason;  ///< for logs and metrics
};

constexpr FailureAnswer answer_to(Failure failure) noexcept {
    switch (failure) {
        case Failure::none: return {200, "none"};
        case Failure::bad_path: return {400, "bad_path"};
        case Failure::bad_body: return {400, "bad_body"};
        case Failure::body_too_large: return {413, "body_too_large"};
        case Failure::client_timeout: return {408, "client_timeout"};
        case Failure::client_gone: return {499, "client_gone"};
        case Failure::no_route: return {404, "no_route"};
        case Failure::refused_by_rules: return {403, "refused_by_rules"};
        case Failure::access_denied: return {503, "access_denied"};
        case Failure::no_endpoints: return {503, "no_endpoints"};
        case Failure::connect_failed: return {502, "connect_failed"};
        case Failure::connect_timeout: return {504, "connect_timeout"};
        case Failure::tls_failed: return {502, "tls_failed"};
        case Failure::upstream_broken: return {502, "upstream_broken"};
        case Failure::upstream_invalid: return {502, "upstream_invalid"};
        case Failure::upstream_timeout: return {504, "upstream_timeout"};
        case Failure::deadline_exceeded: return {504, "deadline_exceeded"};
        case Failure::intercepted: return {502, "intercepted"};
        case Failure::cannot_upgrade: return {501, "cannot_upgrade"};
    }
    return {500, "unknown"};
}

}  // namespace fairway::proxy
