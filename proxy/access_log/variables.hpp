// The variables that a log format may name, by their nginx and ingress-nginx names. Meaning of each: docs/access-log.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/field.hpp"

namespace fairway::proxy {

/// In blocks, in the order in which VariableWriter tells them apart.
enum class LogVariable : std::uint8_t {
    // the client and its connection
    remote_addr,
    binary_remote_addr,
    remote_user,
    remote_port,
    realip_remote_addr,
    connection,
    connection_requests,
    server_port,
    ssl_protocol,
    ssl_cipher,
    ssl_server_name,
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
    // its fields and arguments
    host,
    http_host,
    best_http_host,
    request_id,
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
struct LogVariableName {
    LogVariable variable = LogVariable::missing;
    std::string argument;            ///< NAME of http_NAME, upstream_http_NAME, sent_http_NAME, arg_NAME, cookie_NAME
    FieldId field = FieldId::other;  ///< of a field that the proxy knows; else `argument` is compared
};

/// By name without '$', in any case, as nginx. Nothing when Fairway has no such variable.
std::optional<LogVariableName> find_log_variable(std::string_view name);

}  // namespace fairway::proxy
