// uri-host [":" port] as Host and absolute-form targets carry it (RFC 9110 section 7.2).
#pragma once

#include <string_view>

namespace fairway::proxy {

/// Host and port of an authority that is_valid_authority() accepted; `port` is empty when there is none.
struct Authority {
    std::string_view host;  ///< brackets of an IPv6 address included
    std::string_view port;
};

/// A DNS name (labels of unreserved characters, one trailing dot allowed, at most 255 bytes), an IPv4 address or a
/// bracketed IPv6 address, with a port of 1 to 65535 or none. Refuses empty hosts, user information, an empty port and
/// empty labels: stricter than RFC 3986 where no client needs more.
bool is_valid_authority(std::string_view text) noexcept;

/// Splits a valid authority at the port.
Authority split_authority(std::string_view text) noexcept;

}  // namespace fairway::proxy
