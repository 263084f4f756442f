// Host names as the route table compares them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fairway::routing {

/// What a buffer for normalise_host() must hold: a DNS name is at most 253 characters (RFC 1035 section 2.3.4).
inline constexpr std::size_t kHostBufferBytes = 255;

/// Host part of an authority, lower-cased into `buffer` (at least kHostBufferBytes): port and one trailing dot stripped,
/// brackets of an IPv6 literal kept. Empty when there is no host or it is longer than a DNS name can be.
/// Judges nothing else: whether a Host field is valid at all is for the parser of the request head.
std::string_view normalise_host(std::string_view authority, std::span<char> buffer) noexcept;

/// What "*.rest" matches of a normalised host: its "rest" when exactly one label of [A-Za-z0-9_-] stands before it, as
/// ingress-nginx compiles wildcard hosts; else empty.
std::string_view wildcard_rest(std::string_view host) noexcept;

}  // namespace fairway::routing
