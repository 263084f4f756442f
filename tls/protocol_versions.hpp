// The ConfigMap key ssl-protocols and the annotation proxy-ssl-protocols: "TLSv1.2 TLSv1.3".
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace fairway::tls {

/// In OpenSSL's terms: a range, and options that cut holes into it.
struct ProtocolVersions {
    int lowest = 0;
    int highest = 0;
    std::uint64_t left_out = 0;  ///< SSL_OP_NO_TLSv1_x of the versions inside the range that were not listed
};

/// @param list  nginx's names, separated by spaces, in any order. Errors: an unknown or unsafe name, an empty list.
/// @param setting  what errors call it.
Result<ProtocolVersions> parse_protocols(std::string_view list, std::string_view setting = "ssl-protocols");

}  // namespace fairway::tls
