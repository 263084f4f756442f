// Lists of ciphers as OpenSSL takes them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairway::ingress {

/// The text itself, if OpenSSL finds a cipher for TLS 1.2 in it.
Result<std::string> parse_cipher_list(std::string_view text);

}  // namespace fairway::ingress
