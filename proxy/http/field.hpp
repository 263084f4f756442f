// Header and trailer fields as views over the buffer that a message head was read into. No allocation per field.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fairway::proxy {

/// Fields that the proxy itself looks at; everything else is `other`. Order has no meaning.
enum class FieldId : std::uint8_t {
    other,
    accept,
    accept_encoding,
    authorization,
    connection,
    content_length,
    content_type,
    cookie,
    date,
    expect,
    host,
    keep_alive,
    location,
    proxy_authenticate,
    proxy_authorization,
    proxy_connection,
    proxy,
    referer,
    retry_after,
    server,
    set_cookie,
    strict_transport_security,
    te,
    trailer,
    transfer_encoding,
    upgrade,
    user_agent,
    via,
    refresh,
    x_pad,
    x_accel_buffering,
    x_accel_charset,
    x_accel_expires,
    x_accel_limit_rate,
    x_accel_redirect,
    x_forwarded_for,
    x_forwarded_host,
    x_forwarded_port,
    x_forwarded_proto,
    x_forwarded_scheme,
    x_original_forwarded_for,
    x_original_forwarded_host,
    x_original_uri,
    x_real_ip,
    x_request_id,
    x_scheme,
};

/// FieldId of a field name (a token) in any case. Cost: one lookup in a perfect hash and one comparison.
FieldId field_id(std::string_view name) noexcept;

struct Field {
    std::string_view name;   ///< as received
    std::string_view value;  ///< without surrounding white space; never holds CR, LF or NUL
    FieldId id = FieldId::other;
    bool hop_by_hop = false;  ///< Connection and its kin, and what Connection names (RFC 9110 section 7.6.1)
};

/// Reused from message to message, so that its memory is allocated once per exchange object.
using FieldList = std::vector<Field>;

/// Value of the first field with this id, or an empty view whose data() is null when there is none.
std::string_view find_field(const FieldList& fields, FieldId id) noexcept;
/// By name in any case, for names known only at run time.
std::string_view find_field(const FieldList& fields, std::string_view name) noexcept;

}  // namespace fairway::proxy
