#include "proxy/access_log/variables.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

struct Known {
    std::string_view name;
    LogVariable variable;
};

constexpr Known kWhole[] = {
    {"remote_addr", LogVariable::remote_addr},
    {"the_real_ip", LogVariable::remote_addr},  // name in formats written for ingress-nginx before 0.25
    {"binary_remote_addr", LogVariable::binary_remote_addr},
    {"remote_user", LogVariable::remote_user},
    {"remote_port", LogVariable::remote_port},
    {"realip_remote_addr", LogVariable::realip_remote_addr},
    {"connection", LogVariable::connection},
    {"connection_requests", LogVariable::connection_requests},
    {"server_port", LogVariable::server_port},
    {"pass_server_port", LogVariable::server_port},
    {"ssl_protocol", LogVariable::ssl_protocol},
    {"ssl_cipher", LogVariable::ssl_cipher},
    {"ssl_server_name", LogVariable::ssl_server_name},
    {"scheme", LogVariable::scheme},
    {"pass_access_scheme", LogVariable::pass_access_scheme},
    {"https", LogVariable::https},
    {"time_local", LogVariable::time_local},
    {"time_iso8601", LogVariable::time_iso8601},
    {"msec", LogVariable::msec},
    {"request_time", LogVariable::request_time},
    {"request", LogVariable::request},
    {"request_method", LogVariable::request_method},
    {"request_uri", LogVariable::request_uri},
    {"escaped_request_uri", LogVariable::escaped_request_uri},
    {"uri", LogVariable::uri},
    {"document_uri", LogVariable::uri},
    {"args", LogVariable::args},
    {"query_string", LogVariable::args},
    {"is_args", LogVariable::is_args},
    {"server_protocol", LogVariable::server_protocol},
    {"request_length", LogVariable::request_length},
    {"host", LogVariable::host},
    {"http_host", LogVariable::http_host},
    {"best_http_host", LogVariable::best_http_host},
    {"req_id", LogVariable::request_id},
    {"request_id", LogVariable::request_id},
    {"content_length", LogVariable::content_length},
    {"content_type", LogVariable::content_type},
    {"status", LogVariable::status},
    {"grpc_status", LogVariable::grpc_status},
    {"bytes_sent", LogVariable::bytes_sent},
    {"body_bytes_sent", LogVariable::body_bytes_sent},
    {"server_name", LogVariable::server_name},
    {"proxy_upstream_name", LogVariable::proxy_upstream_name},
    {"proxy_host", LogVariable::proxy_upstream_name},
    {"proxy_alternative_upstream_name", LogVariable::empty},  // set by canaries alone
    {"namespace", LogVariable::namespace_},
    {"ingress_name", LogVariable::ingress_name},
    {"service_name", LogVariable::service_name},
    {"service_port", LogVariable::service_port},
    {"location_path", LogVariable::location_path},
    {"upstream_addr", LogVariable::upstream_addr},
    {"upstream_status", LogVariable::upstream_status},
    {"upstream_response_length", LogVariable::upstream_response_length},
    {"upstream_response_time", LogVariable::upstream_response_time},
    {"upstream_connect_time", LogVariable::upstream_connect_time},
    {"upstream_header_time", LogVariable::upstream_header_time},
    {"upstream_cache_status", LogVariable::missing},  // nothing is cached
    {"proxy_protocol_addr", LogVariable::missing},
    {"ssl_client_s_dn", LogVariable::missing},  // no client certificate is asked for
    {"ssl_client_i_dn", LogVariable::missing},
    {"ssl_client_verify", LogVariable::missing},
    {"pid", LogVariable::pid},
    {"hostname", LogVariable::hostname},
};

constexpr Known kPrefixes[] = {
    {"http_", LogVariable::http_field},
    {"upstream_http_", LogVariable::response_field},
    {"sent_http_", LogVariable::response_field},
    {"arg_", LogVariable::arg},
    {"cookie_", LogVariable::cookie},
};

FieldId field_of(std::string argument) {
    std::replace(argument.begin(), argument.end(), '_', '-');
    return field_id(argument);
}

}  // namespace

std::optional<LogVariableName> find_log_variable(std::string_view name) {
    const std::string lower = ascii::lower_copy(name);
    for (const Known& known : kWhole)
        if (lower == known.name) return LogVariableName{known.variable, {}, FieldId::other};
    for (const Known& known : kPrefixes) {
        if (!lower.starts_with(known.name) || lower.size() == known.name.size()) continue;
        std::string argument = lower.substr(known.name.size());
        const FieldId field = field_of(argument);
        return LogVariableName{known.variable, std::move(argument), field};
    }
    return std::nullopt;
}

}  // namespace fairway::proxy
