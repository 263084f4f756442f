#include "k8s-client/objects/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace fairway::k8s {

namespace {

// Length of the sequence at `at`, or 0 when it is malformed.
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
    };
    const auto lead = byte(0);
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                               : lead >= 0xE0 && lead <= 0xEF ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    // RFC 3629 section 4: the second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
    // C1 controls and U+FFFE, U+FFFF are not printable in YAML 1.1 (section 5.1).
    const bool control = lead == 0xC2 && byte(1) < 0xA0 && byte(1) != 0x85;
    const bool not_a_character = lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE;
    return overlong || beyond || control || not_a_character ? 0 : length;
}

}  // namespace

std::optional<std::size_t> find_forbidden_byte(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if ((byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t' || byte == '\r') {
            ++at;
            continue;
        }
        const auto length = byte < 0x80 ? 0 : sequence_length(text, at);
        if (length == 0) return at;
        at += length;
    }
    return {};
}

}  // namespace fairway::k8s
