// The Set-Cookie field of session affinity, as ingress-nginx writes it.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "routing/policy/balancing.hpp"

namespace fairway::proxy {

/// What the text depends on beside the settings.
struct SessionCookieFacts {
    std::string_view path;  ///< of the rule
    std::string_view user_agent;
    bool tls = false;  ///< the client's connection
    std::time_t now = 0;
};

/// "NAME=value" and the attributes Expires, Max-Age, Domain, Path, Secure, HttpOnly, SameSite, in this order.
std::string session_cookie(const routing::SessionCookie& settings, std::string_view value,
                           const SessionCookieFacts& facts);

/// False: a browser that takes SameSite=None for Strict, or refuses such cookies.
bool understands_same_site_none(std::string_view user_agent) noexcept;

}  // namespace fairway::proxy
