// Values hidden inside other values of a request: a query argument, a cookie, the user name of Authorization.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/field.hpp"

namespace fairway::proxy {

/// Value of the first `name=value` of a query, not decoded; no data() when there is none. Case of the name is ignored,
/// as for nginx's $arg_NAME.
std::string_view query_argument(std::string_view query, std::string_view name) noexcept;

/// Value of the first cookie `name`; no data() when there is none. Case of the name is ignored, as for $cookie_NAME.
std::string_view cookie_value(const FieldList& fields, std::string_view name) noexcept;

/// The user name of "Basic" credentials (RFC 7617), never the password; it lies in `scratch`, cut off where that ends.
/// No data() when there are no such credentials, they cannot be decoded or the name is empty.
std::string_view basic_user(std::string_view authorization, std::span<char> scratch) noexcept;

/// User name and password of "Basic" credentials. nullopt: none, not base64, or without ':'.
struct Credentials {
    std::string user;
    std::string password;
};
std::optional<Credentials> basic_credentials(std::string_view authorization);

/// Same field name when case is ignored and '-' in `field_name` counts as '_': how $http_NAME names fields.
bool names_field(std::string_view variable_name, std::string_view field_name) noexcept;

}  // namespace fairway::proxy
