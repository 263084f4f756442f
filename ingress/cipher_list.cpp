#include "ingress/cipher_list.hpp"

#include <fmt/format.h>

#include "tls/client_context.hpp"

namespace fairway::ingress {

Result<std::string> parse_cipher_list(std::string_view text) {
    std::string list(text);
    if (tls::ClientContext::create({.ciphers = list})) return list;
    return Error{fmt::format("OpenSSL finds no cipher in \"{}\"; write a list as `openssl ciphers` takes it", text)};
}

}  // namespace fairway::ingress
