// The bodies of the proxy's own answers: errors and redirects.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/out_buffer.hpp"

namespace fairway::proxy {

/// Appends the body for `status` to `out` and returns its Content-Type. HTML in the form of nginx's pages; JSON such as
/// {"status":404,"error":"Not Found"} when `accept` (the request's Accept value, empty when there is none) ranks
/// application/json above text/html. Says nothing about endpoints, routes or causes: those are in the log.
/// @param reason  for people, beside the status' own words; a literal of ours. Empty: none.
std::string_view write_error_page(OutBuffer& out, std::uint16_t status, std::string_view accept,
                                  std::string_view reason = {});

/// True when an Accept value gives application/json a higher weight than text/html (RFC 9110 section 12.5.1).
bool prefers_json(std::string_view accept) noexcept;

}  // namespace fairway::proxy
