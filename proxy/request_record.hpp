// What is remembered of a request while it is served, for the access log and the metrics. Views point into the head's
// buffer and the pinned snapshot, both of which live until the record is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "proxy/http/message.hpp"
#include "proxy/io/deadline_wheel.hpp"
#include "routing/policy/canary.hpp"
#include "routing/route_table.hpp"

namespace fairway::routing {
class GeoDatabases;  // routing/geo_databases.hpp
}

namespace fairway::tls {
struct ClientCertificate;  // tls/client_certificate.hpp
}

namespace fairway::proxy {

struct ProxiedConnection;  // proxied_connection.hpp
struct TraceContext;       // tracing/trace_context.hpp

/// One try at an endpoint: $upstream_addr and its kin list all of them. Times count from the start of the try;
/// negative: never got that far.
struct UpstreamTry {
    SocketAddress endpoint;
    std::uint16_t status = 0;  ///< 0: no response head came; the log then shows what the client was told
    std::chrono::duration<double> connect{-1};  ///< 0 on a kept connection
    std::chrono::duration<double> header{-1};
    std::chrono::duration<double> response{-1};
    std::uint64_t response_bytes = 0;  ///< of the body
};

/// The client side of a connection; the same for all of its requests.
struct ConnectionFacts {
    SocketAddress peer;            ///< the source of a PROXY header that is believed, else of the TCP connection
    std::string peer_text;         ///< IP address only
    std::uint64_t serial = 0;      ///< $connection
    std::uint16_t local_port = 0;  ///< $server_port: of the listener
    bool tls = false;
    std::string_view tls_protocol;  ///< $ssl_protocol, e.g. "TLSv1.3"; empty without TLS
    std::string_view tls_cipher;    ///< $ssl_cipher
    std::string server_name;        ///< $ssl_server_name
    std::shared_ptr<const tls::ClientCertificate> client_certificate;  ///< null: none was asked for
    std::shared_ptr<const ProxiedConnection> proxied;  ///< null: no PROXY header, or one without addresses
};

struct RequestRecord {
    const ConnectionFacts* connection = nullptr;
    std::uint64_t connection_requests = 0;  ///< $connection_requests: 1 for the first
    io::TimePoint started{};
    std::chrono::duration<double> took{};  ///< $request_time
    const RequestHead* request = nullptr;  ///< null when the head could not be parsed
    /// Path and query that the request has had since a rewrite or an error page; null or empty: its own.
    const std::string* new_target = nullptr;
    std::string_view request_line;               ///< $request as received, also of a refused head when known
    std::string_view client_ip;                  ///< $remote_addr after real-ip rules
    const routing::GeoDatabases* geo = nullptr;  ///< null: $geoip2_* have no values
    std::string_view host;                       ///< $host: lower case, without port
    std::string_view best_host;                  ///< $best_http_host: as it came, or what X-Forwarded-Host said
    std::string_view scheme;      ///< $scheme of the connection, or what X-Forwarded-Proto said: $pass_access_scheme
    std::string_view request_id;  ///< $req_id
    const TraceContext* trace = nullptr;        ///< null: the route is not traced
    const routing::HostRules* rules = nullptr;  ///< null: no host rule matched
    const routing::Route* route = nullptr;
    const routing::Canary* canary = nullptr;  ///< whose backend was chosen in place of the route's; null: none
    std::uint16_t status = 0;
    std::optional<std::uint16_t> grpc_status;    ///< $grpc_status: of gRPC calls, from whom it came
    std::uint64_t request_bytes = 0;             ///< $request_length: head and body
    std::uint64_t bytes_sent = 0;                ///< $bytes_sent
    std::uint64_t body_bytes_sent = 0;           ///< $body_bytes_sent
    std::vector<UpstreamTry> tries;              ///< capacity is kept from request to request
    const FieldList* response_fields = nullptr;  ///< of the endpoint's response: $upstream_http_*; null when none came

    void clear() noexcept {
        auto kept = std::move(tries);
        kept.clear();
        *this = RequestRecord{};
        tries = std::move(kept);
    }
};

}  // namespace fairway::proxy
