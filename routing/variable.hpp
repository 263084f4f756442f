// The variables that log formats, annotations and ConfigMap keys may name, by their nginx and ingress-nginx names. Meaning
// of each: docs/access-log.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairway::routing {

/// In blocks, in the order in which proxy::VariableWriter tells them apart.
enum class Variable : std::uint8_t {
    // the client and its connection
    remote_addr,
    binary_remote_addr,
    remote_user,
    remote_port,
    realip_remote_addr,
    connection,
    connection_requests,
    server_port,
    geoip2,
    ssl_protocol,
    ssl_cipher,
    ssl_server_name,
    ssl_client_verify,
    ssl_client_s_dn,
    ssl_client_i_dn,
    ssl_client_serial,
    ssl_client_fingerprint,
    ssl_client_v_start,
    ssl_client_v_end,
    ssl_client_v_remain,
    ssl_client_escaped_cert,
    proxy_protocol_addr,
    proxy_protocol_port,
    proxy_protocol_server_addr,
    proxy_protocol_server_port,
    scheme,
    pass_access_scheme,
    https,
    // time
    time_local,
    time_iso8601,
    msec,
    request_time,
    // the request
    request,
    request_method,
    request_uri,
    escaped_request_uri,
    uri,
    args,
    is_args,
    server_protocol,
    request_length,
    document_root,
    fastcgi_script_name,
    // its fields and arguments
    host,
    http_host,
    best_http_host,
    request_id,
    trace_id,
    span_id,
    traceparent,
    tracestate,
    content_length,
    content_type,
    http_field,
    cookie,
    arg,
    // the response
    status,
    grpc_status,
    bytes_sent,
    body_bytes_sent,
    response_field,
    // where it went
    server_name,
    proxy_upstream_name,
    proxy_alternative_upstream_name,
    namespace_,
    ingress_name,
    service_name,
    service_port,
    location_path,
    upstream_addr,
    upstream_status,
    upstream_response_length,
    upstream_response_time,
    upstream_connect_time,
    upstream_header_time,
    // the same in every line
    pid,
    hostname,
    empty,
    missing,
};

/// A variable with what its name carries.
struct VariableName {
    Variable variable = Variable::missing;
    /// NAME of http_NAME, upstream_http_NAME, sent_http_NAME, arg_NAME, cookie_NAME, geoip2_NAME; lower case.
    std::string argument;

    bool operator==(const VariableName&) const = default;
};

/// By name without '$', in any case, as nginx. Nothing when Fairway has no such variable.
std::optional<VariableName> find_variable(std::string_view name);

/// A variable's name in a text, "$name" or "${name}".
struct NameInText {
    std::string_view name;
    std::size_t next;  ///< where the text goes on behind it
};
/// @param dollar  position of the '$'. An Error says what is wrong with it: no name follows, or "${" without "}".
Result<NameInText> read_variable_name(std::string_view text, std::size_t dollar);

}  // namespace fairway::routing
