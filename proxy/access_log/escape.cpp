#include "proxy/access_log/escape.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace fairway::proxy {

namespace {

using routing::LogEscape;

constexpr char kHexDigits[] = "0123456789ABCDEF";

constexpr bool needs_escape(unsigned char byte, LogEscape escape) noexcept {
    switch (escape) {
        case LogEscape::standard: return byte < 0x20 || byte == '"' || byte == '\\' || byte > 0x7e;
        case LogEscape::json: return byte < 0x20 || byte == '"' || byte == '\\';
        case LogEscape::none: return byte == '\r' || byte == '\n';
    }
    return true;
}

constexpr std::array<bool, 256> escapes(LogEscape escape) noexcept {
    std::array<bool, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte)
        table[byte] = needs_escape(static_cast<unsigned char>(byte), escape);
    return table;
}

constexpr std::array<std::array<bool, 256>, 3> kEscapes = {escapes(LogEscape::standard), escapes(LogEscape::json),
                                                           escapes(LogEscape::none)};

constexpr std::uint64_t each_byte(std::uint8_t byte) noexcept { return byte * 0x0101010101010101ULL; }

// Not 0 when a byte of `word` is 0.
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return (word - each_byte(0x01)) & ~word & each_byte(0x80);
}

// True when no byte is a control byte, '"', '\', DEL or above 0x7f: nothing that any of the rules escapes.
constexpr bool is_plain(std::uint64_t word) noexcept {
    const std::uint64_t control = (word - each_byte(0x20)) & ~word;
    const std::uint64_t quotes = zero_bytes(word ^ each_byte('"')) | zero_bytes(word ^ each_byte('\\'));
    const std::uint64_t del = zero_bytes(word ^ each_byte(0x7f));
    return ((control | quotes | del | word) & each_byte(0x80)) == 0;
}

char* write_hex(char* out, unsigned char byte) noexcept {
    *out++ = kHexDigits[byte >> 4];
    *out++ = kHexDigits[byte & 0xf];
    return out;
}

char* write_json_escape(char* out, unsigned char byte) noexcept {
    *out++ = '\\';
    switch (byte) {
        case '"':
        case '\\': *out++ = static_cast<char>(byte); return out;
        case '\n': *out++ = 'n'; return out;
        case '\r': *out++ = 'r'; return out;
        case '\t': *out++ = 't'; return out;
        case '\b': *out++ = 'b'; return out;
        case '\f': *out++ = 'f'; return out;
        default: break;
    }
    std::memcpy(out, "u00", 3);
    return write_hex(out + 3, byte);
}

char* write_escape(char* out, unsigned char byte, LogEscape escape) noexcept {
    if (escape == LogEscape::json) return write_json_escape(out, byte);
    *out++ = '\\';
    *out++ = 'x';
    return write_hex(out, byte);
}

}  // namespace

void append_escaped(LogText& out, std::string_view value, LogEscape escape) {
    const auto& escaped = kEscapes[static_cast<std::size_t>(escape)];
    char* to = out.reserve(value.size() * kLongestEscape);
    const char* at = value.data();
    const char* const end = at + value.size();
    while (at < end) {
        for (std::uint64_t word; end - at >= 8; at += 8, to += 8) {
            std::memcpy(&word, at, 8);
            if (!is_plain(word)) break;
            std::memcpy(to, &word, 8);
        }
        // The rest, or the eight bytes with something special among them.
        for (const char* const stop = end - at >= 8 ? at + 8 : end; at < stop; ++at) {
            const auto byte = static_cast<unsigned char>(*at);
            if (escaped[byte])
                to = write_escape(to, byte, escape);
            else
                *to++ = *at;
        }
    }
    out.commit(to);
}

}  // namespace fairway::proxy
