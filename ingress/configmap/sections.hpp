// One reader for each group of ConfigMap keys; each overrides the defaults in its argument.
#pragma once

#include "ingress/annotations/references.hpp"
#include "ingress/configmap/parse.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/values.hpp"
#include "routing/value_patterns.hpp"

namespace fairway::ingress {

/// As nginx's `map` has them: plain text is a whole value in any case, "~" and "~*" begin patterns. Bad ones are left out.
routing::ValuePatterns read_patterns(SettingReader& settings, std::string_view name);
void read_downstream(SettingReader& settings, routing::DownstreamSettings& downstream);
void read_upstream_keepalive(SettingReader& settings, routing::UpstreamKeepalive& keepalive);
void read_forwarded(SettingReader& settings, routing::ForwardedSettings& forwarded);
void read_hsts(SettingReader& settings, routing::HstsSettings& hsts);
void read_log_settings(SettingReader& settings, routing::AccessLogSettings& log);
void read_server_tls(SettingReader& settings, tls::ServerSettings& tls);
void read_streams(SettingReader& settings, routing::StreamPolicy& streams);
/// use-http2 also decides what ALPN offers.
void read_http2(SettingReader& settings, routing::Http2Settings& http2, tls::ServerSettings& tls);
void read_compression(SettingReader& settings, routing::Part<routing::Compression>& policy);
/// add-headers, proxy-set-headers.
void read_field_sets(SettingReader& settings, References& references, routing::Settings& data_plane);
void read_bind_addresses(SettingReader& settings, std::vector<IpAddress>& addresses);

/// block-*, whitelist-source-range, denylist-source-range, global-auth-*, no-auth-locations.
void read_access_control(SettingReader& settings, ConfigMapSettings& result);
/// enable-opentelemetry, opentelemetry-*, otlp-*, otel-*.
void read_tracing_keys(SettingReader& settings, ConfigMapSettings& result);
/// limit-conn-zone-variable, limit-req-status-code, limit-conn-status-code.
void read_rate_limit_defaults(SettingReader& settings, routing::RateLimits& limits);

/// For SettingReader::read: a whole number within these bounds.
inline auto integer(std::int64_t min, std::int64_t max) {
    return [min, max](std::string_view text) { return parse_integer(text, min, max); };
}
/// A name as RFC 9110 section 5.6.2 allows (token). For SettingReader::read.
Result<std::string> parse_field_name(std::string_view text);

}  // namespace fairway::ingress
