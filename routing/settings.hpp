// Settings of the data plane that hold for every host: from ingress-nginx's ConfigMap keys, with its defaults.
// Reference for each key: docs/configmap.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "routing/part.hpp"

namespace fairway::routing {

class GeoDatabases;  // geo_databases.hpp
// Each in a file of its own: policy/NAME.hpp.
struct BlockRules;
struct Compression;
struct FieldSet;
struct ValuePatterns;  // value_patterns.hpp
struct TraceSettings;  // policy/tracing.hpp

/// Downstream connections: keep-alive, keep-alive-requests, client-header-timeout, client-body-timeout,
/// large-client-header-buffers, enable-underscores-in-headers, ignore-invalid-headers.
struct DownstreamSettings {
    std::chrono::seconds keep_alive{75};  ///< 0 = close after each response
    std::uint32_t keep_alive_requests = 1000;
    std::chrono::seconds header_timeout{60};
    std::chrono::seconds body_timeout{60};
    std::chrono::seconds send_timeout{60};  ///< nginx core send_timeout
    std::uint32_t max_header_line_bytes = 8 * 1024;
    std::uint32_t max_header_bytes = 32 * 1024;  ///< request line and header section together
    bool underscores_in_headers = false;
    bool ignore_invalid_headers = true;
};

/// use-http2, http2-max-concurrent-streams.
struct Http2Settings {
    bool enabled = true;  ///< by ALPN on TLS ports, by prior knowledge on plain ones
    std::uint32_t max_concurrent_streams = 128;
};

/// upstream-keepalive-connections, -time, -timeout, -requests.
struct UpstreamKeepalive {
    std::uint32_t connections = 320;  ///< idle connections kept by each worker; 0 = no keep-alive
    std::chrono::seconds max_age{3600};
    std::chrono::seconds idle_timeout{60};
    std::uint32_t requests = 10000;  ///< requests on one connection
    // HTTP/2, no keys: how long an endpoint may be silent while requests are open before it is sent a PING, and how long
    // it then has to send anything. An endpoint that does not is gone.
    std::chrono::milliseconds quiet_before_ping{15'000};
    std::chrono::milliseconds ping_patience{20'000};
};

/// use-forwarded-headers, enable-real-ip, compute-full-forwarded-for, forwarded-for-header, proxy-real-ip-cidr,
/// proxy-add-original-uri-header, generate-request-id, use-proxy-protocol, proxy-protocol-header-timeout.
struct ForwardedSettings {
    bool use_forwarded_headers = false;
    bool enable_real_ip = false;
    bool compute_full_forwarded_for = false;
    std::string forwarded_for_header = "X-Forwarded-For";
    std::string forwarded_host_header = "X-Forwarded-Host";
    std::vector<IpNetwork> trusted_proxies;  ///< proxy-real-ip-cidr; the translator fills in its default 0.0.0.0/0
    bool add_original_uri = false;
    bool generate_request_id = true;
    bool proxy_protocol = false;  ///< every connection to the HTTP and HTTPS ports begins with a PROXY header
    std::chrono::seconds proxy_header_timeout{5};
};

/// hsts, hsts-max-age, hsts-include-subdomains, hsts-preload: `value` is the finished field value, empty = off.
struct HstsSettings {
    std::string value = "max-age=31536000; includeSubDomains";
};

enum class LogEscape : std::uint8_t { standard, json, none };

/// log-format-upstream, log-format-escape-json/-none, access-log-path, disable-access-log, skip-access-log-urls,
/// enable-access-log-for-default-backend; log-format-stream, stream-access-log-path, disable-stream-access-log of TCP, UDP
/// and passed-through TLS sessions; enable-syslog, which gives both logs a path "syslog:server=HOST:PORT".
struct AccessLogSettings {
    bool enabled = true;
    std::string path = "/dev/stdout";
    std::string format;  ///< empty = ingress-nginx's default upstream format
    LogEscape escape = LogEscape::standard;
    bool default_backend = false;
    bool auth_requests = false;     ///< enable-auth-access-log: also a line for each question to an auth-url
    Part<ValuePatterns> skip_urls;  ///< request URIs
    bool streams_enabled = true;
    std::string stream_path;    ///< empty: `path`
    std::string stream_format;  ///< empty = ingress-nginx's default of log-format-stream
};

struct Settings {
    DownstreamSettings downstream;
    Http2Settings http2;
    UpstreamKeepalive upstream_keepalive;
    ForwardedSettings forwarded;
    HstsSettings hsts;
    AccessLogSettings access_log;
    std::shared_ptr<const GeoDatabases> geo;  ///< use-geoip2; null: off
    std::uint16_t http_redirect_code = 308;   ///< http-redirect-code: 301, 302, 307 or 308
    bool server_tokens = false;               ///< send "Server: fairway"
    Part<BlockRules> block_rules;             ///< block-cidrs, block-user-agents, block-referers
    Part<Compression> compression;            ///< use-gzip, enable-brotli, enable-zstd and their kin
    Part<FieldSet> request_fields;            ///< proxy-set-headers: for every endpoint
    Part<FieldSet> response_fields;           ///< add-headers: in every response
    Part<TraceSettings> tracing;              ///< otlp-collector-*, otel-*; absent: their defaults
    std::vector<std::string> hide_headers;    ///< hide-headers: upstream response fields to drop
    std::uint32_t proxy_buffer_bytes =
        64 * 1024;  ///< proxy-buffer-size: limit of an upstream response head, never under 64 KiB
    std::chrono::seconds worker_shutdown_timeout{240};
    std::string health_check_path = "/healthz";  ///< --health-check-path: 200 where no host matches
    std::uint16_t public_https_port = 443;       ///< what redirects call the TLS listener
};

}  // namespace fairway::routing
