#include "proxy/upgrade.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

template <std::size_t Digits, std::size_t Size>
std::array<char, Digits> base64(const std::array<unsigned char, Size>& bytes) {
    static_assert(Digits == (Size + 2) / 3 * 4);
    std::array<unsigned char, Digits + 1> text;  // OpenSSL writes a zero behind the digits
    EVP_EncodeBlock(text.data(), bytes.data(), Size);
    std::array<char, Digits> digits;
    std::copy_n(text.data(), Digits, digits.data());
    return digits;
}

bool is_listed(std::string_view protocols, std::string_view protocol) noexcept {
    while (!protocols.empty()) {
        const auto comma = protocols.find(',');
        if (ascii::iequals(ascii::trim(protocols.substr(0, comma)), protocol)) return true;
        if (comma == std::string_view::npos) break;
        protocols.remove_prefix(comma + 1);
    }
    return false;
}

bool proves(const ResponseHead& response, std::string_view key) {
    const auto proof = websocket_accept(key);
    return find_field(response.fields, "sec-websocket-accept") == std::string_view(proof.data(), proof.size());
}

}  // namespace

std::array<char, 24> make_websocket_key() {
    std::array<unsigned char, 16> bytes;
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("no random bytes for a WebSocket key");
    return base64<24>(bytes);
}

std::array<char, 28> websocket_accept(std::string_view key) {
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base64<28>(digest);
}

bool fits_upgrade(const RequestHead& request, const ResponseHead& response) {
    const std::string_view key = request.websocket_key;
    if (response.status != 101) return key.empty() || response.status >= 300;
    return is_listed(request.upgrade, response.upgrade) && (key.empty() || proves(response, key));
}

}  // namespace fairway::proxy
