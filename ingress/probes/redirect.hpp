// Redirects of httpGet: whether a response sends the probe on, and where to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace fairway::ingress {

/// Where one request of an httpGet goes.
struct HttpHop {
    bool https = false;
    std::string host;  ///< name, or address without brackets
    std::uint16_t port = 0;
    std::string target = "/";  ///< path and query
    std::string host_field;    ///< Host

    bool operator==(const HttpHop&) const = default;
};

/// "host:port", with brackets around an IPv6 address.
std::string authority_of(const HttpHop& hop);

/// A redirect to a host that is not the probe's: the kubelet does not follow it and calls the probe successful.
struct OtherHost {
    std::string host;
};

/// The hop that `location` means, seen from `from`; as net/http and the kubelet's RedirectChecker have it.
/// @param location  field Location, not empty. A relative one keeps the Host field of `from`.
/// Errors: not a URL, or one that is not http or https.
Result<std::variant<HttpHop, OtherHost>> follow_redirect(const HttpHop& from, std::string_view location);

}  // namespace fairway::ingress
