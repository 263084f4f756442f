#include "k8s-client/objects/base64.hpp"

#include <array>
#include <cstdint>

#include "k8s-client/objects/arena.hpp"

namespace fairway::k8s {

namespace {

constexpr std::uint8_t kInvalid = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> values{};
    values.fill(kInvalid);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

// Writes at `out`, which has room for text.size() / 4 * 3 bytes; returns the end, or nullptr.
char* decode(std::string_view text, char* out) {
    std::uint32_t bits = 0;
    unsigned digits = 0;
    unsigned padding = 0;
    for (const char c : text) {
        if (c == '\n' || c == '\r') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const auto value = kValues[static_cast<unsigned char>(c)];
        if (value == kInvalid || padding > 0) return nullptr;
        bits = (bits << 6U) | value;
        if (++digits % 4 != 0) continue;
        *out++ = static_cast<char>(bits >> 16U);
        *out++ = static_cast<char>(bits >> 8U);
        *out++ = static_cast<char>(bits);
    }
    const auto rest = digits % 4;
    if (rest == 1 || padding != (rest == 0 ? 0 : 4 - rest)) return nullptr;
    if (rest == 2) *out++ = static_cast<char>(bits >> 4U);
    if (rest == 3) {
        *out++ = static_cast<char>(bits >> 10U);
        *out++ = static_cast<char>(bits >> 2U);
    }
    return out;
}

}  // namespace

bool decode_base64(std::string_view text, std::string& out) {
    wipe(out);
    out.resize(text.size() / 4 * 3 + 3);
    const auto* const end = decode(text, out.data());
    if (!end) {
        wipe(out);
        return false;
    }
    out.resize(static_cast<std::size_t>(end - out.data()));
    return true;
}

}  // namespace fairway::k8s
