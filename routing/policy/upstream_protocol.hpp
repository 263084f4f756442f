// Which protocol a route speaks to its endpoints.
#pragma once

#include <cstdint>

namespace fairway::routing {

/// Annotation backend-protocol, or appProtocol of the Service port where there is no annotation.
enum class UpstreamProtocol : std::uint8_t {
    http,       ///< HTTP/1.1; annotation HTTP; appProtocol http, kubernetes.io/ws
    https,      ///< HTTP/1.1 over TLS; annotation HTTPS; appProtocol https, kubernetes.io/wss
    auto_http,  ///< http or https, as the client came; annotation AUTO_HTTP
    h2c,        ///< HTTP/2 with prior knowledge; annotation GRPC; appProtocol kubernetes.io/h2c, grpc
    h2,         ///< HTTP/2 over TLS; annotation GRPCS
    fastcgi,    ///< FastCGI 1.0, as a responder; annotation FCGI
};

/// Whether connections for the protocol have TLS. Not for auto_http, which has to be decided first.
constexpr bool uses_tls(UpstreamProtocol protocol) noexcept {
    return protocol == UpstreamProtocol::https || protocol == UpstreamProtocol::h2;
}

/// HTTP/1.1, with or without TLS.
constexpr bool is_http1(UpstreamProtocol protocol) noexcept { return protocol <= UpstreamProtocol::auto_http; }

/// Whether requests share connections as HTTP/2 has it.
constexpr bool is_http2(UpstreamProtocol protocol) noexcept {
    return protocol == UpstreamProtocol::h2c || protocol == UpstreamProtocol::h2;
}

}  // namespace fairway::routing
