#include "routing/variable.hpp"

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "routing/geo_databases.hpp"

namespace fairway::routing {

namespace {

struct Known {
    std::string_view name;
    Variable variable;
};

constexpr Known kWhole[] = {
    {"remote_addr", Variable::remote_addr},
    {"the_real_ip", Variable::remote_addr},  // name in formats written for ingress-nginx before 0.25
    {"binary_remote_addr", Variable::binary_remote_addr},
    {"remote_user", Variable::remote_user},
    {"remote_port", Variable::remote_port},
    {"realip_remote_addr", Variable::realip_remote_addr},
    {"connection", Variable::connection},
    {"connection_requests", Variable::connection_requests},
    {"server_port", Variable::server_port},
    {"pass_server_port", Variable::server_port},
    {"ssl_protocol", Variable::ssl_protocol},
    {"ssl_cipher", Variable::ssl_cipher},
    {"ssl_server_name", Variable::ssl_server_name},
    {"ssl_client_verify", Variable::ssl_client_verify},
    {"ssl_client_s_dn", Variable::ssl_client_s_dn},
    {"ssl_client_i_dn", Variable::ssl_client_i_dn},
    {"ssl_client_serial", Variable::ssl_client_serial},
    {"ssl_client_fingerprint", Variable::ssl_client_fingerprint},
    {"ssl_client_v_start", Variable::ssl_client_v_start},
    {"ssl_client_v_end", Variable::ssl_client_v_end},
    {"ssl_client_v_remain", Variable::ssl_client_v_remain},
    {"ssl_client_escaped_cert", Variable::ssl_client_escaped_cert},
    {"proxy_protocol_addr", Variable::proxy_protocol_addr},
    {"proxy_protocol_port", Variable::proxy_protocol_port},
    {"proxy_protocol_server_addr", Variable::proxy_protocol_server_addr},
    {"proxy_protocol_server_port", Variable::proxy_protocol_server_port},
    {"scheme", Variable::scheme},
    {"pass_access_scheme", Variable::pass_access_scheme},
    {"https", Variable::https},
    {"time_local", Variable::time_local},
    {"time_iso8601", Variable::time_iso8601},
    {"msec", Variable::msec},
    {"request_time", Variable::request_time},
    {"request", Variable::request},
    {"request_method", Variable::request_method},
    {"request_uri", Variable::request_uri},
    {"escaped_request_uri", Variable::escaped_request_uri},
    {"uri", Variable::uri},
    {"document_uri", Variable::uri},
    {"args", Variable::args},
    {"query_string", Variable::args},
    {"is_args", Variable::is_args},
    {"server_protocol", Variable::server_protocol},
    {"request_length", Variable::request_length},
    {"document_root", Variable::document_root},
    {"realpath_root", Variable::document_root},
    {"fastcgi_script_name", Variable::fastcgi_script_name},
    {"fastcgi_path_info", Variable::missing},  // nginx: needs fastcgi_split_path_info, which no annotation sets
    {"host", Variable::host},
    {"http_host", Variable::http_host},
    {"best_http_host", Variable::best_http_host},
    {"req_id", Variable::request_id},
    {"request_id", Variable::request_id},
    {"opentelemetry_trace_id", Variable::trace_id},
    {"opentelemetry_span_id", Variable::span_id},
    {"opentelemetry_context_traceparent", Variable::traceparent},
    {"opentelemetry_context_tracestate", Variable::tracestate},
    {"content_length", Variable::content_length},
    {"content_type", Variable::content_type},
    {"status", Variable::status},
    {"grpc_status", Variable::grpc_status},
    {"bytes_sent", Variable::bytes_sent},
    {"body_bytes_sent", Variable::body_bytes_sent},
    {"server_name", Variable::server_name},
    {"proxy_upstream_name", Variable::proxy_upstream_name},
    {"proxy_host", Variable::proxy_upstream_name},
    {"proxy_alternative_upstream_name", Variable::proxy_alternative_upstream_name},
    {"namespace", Variable::namespace_},
    {"ingress_name", Variable::ingress_name},
    {"service_name", Variable::service_name},
    {"service_port", Variable::service_port},
    {"location_path", Variable::location_path},
    {"upstream_addr", Variable::upstream_addr},
    {"upstream_status", Variable::upstream_status},
    {"upstream_response_length", Variable::upstream_response_length},
    {"upstream_response_time", Variable::upstream_response_time},
    {"upstream_connect_time", Variable::upstream_connect_time},
    {"upstream_header_time", Variable::upstream_header_time},
    {"upstream_cache_status", Variable::missing},  // nothing is cached
    {"pid", Variable::pid},
    {"hostname", Variable::hostname},
};

constexpr Known kPrefixes[] = {
    {"http_", Variable::http_field},
    {"upstream_http_", Variable::response_field},
    {"sent_http_", Variable::response_field},
    {"arg_", Variable::arg},
    {"cookie_", Variable::cookie},
};

constexpr bool is_name_byte(char c) noexcept { return ascii::is_alnum(c) || c == '_'; }

}  // namespace

std::optional<VariableName> find_variable(std::string_view name) {
    const std::string lower = ascii::lower_copy(name);
    for (const Known& known : kWhole)
        if (lower == known.name) return VariableName{known.variable, {}};
    if (constexpr std::string_view kGeo = "geoip2_"; lower.starts_with(kGeo)) {
        auto rest = lower.substr(kGeo.size());
        if (!is_geo_variable(rest)) return std::nullopt;
        return VariableName{Variable::geoip2, std::move(rest)};
    }
    for (const Known& known : kPrefixes)
        if (lower.starts_with(known.name) && lower.size() > known.name.size())
            return VariableName{known.variable, lower.substr(known.name.size())};
    return std::nullopt;
}

Result<NameInText> read_variable_name(std::string_view text, std::size_t dollar) {
    const auto refused = [&](std::string_view problem) {
        return Error{fmt::format("{} at byte {}, \"{}\"; write $name or ${{name}}", problem, dollar + 1,
                                 text.substr(dollar, 24))};
    };
    const std::size_t begin = dollar + 1;
    const bool braces = begin < text.size() && text[begin] == '{';
    const std::size_t first = begin + (braces ? 1 : 0);
    std::size_t end = first;
    while (end < text.size() && is_name_byte(text[end])) ++end;
    if (braces && (end == text.size() || text[end] != '}')) return refused("\"${\" without \"}\"");
    if (end == first) return refused("a '$' without a variable name");
    return NameInText{text.substr(first, end - first), end + (braces ? 1 : 0)};
}

}  // namespace fairway::routing
