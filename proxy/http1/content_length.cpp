#include "proxy/http1/content_length.hpp"

#include "base/ascii.hpp"

namespace fairway::proxy::http1 {

std::optional<std::uint64_t> parse_content_length(std::string_view text) noexcept {
    constexpr std::size_t kMaxDigits = 19;  // cannot overflow 64 bits
    if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!ascii::is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (value > kMaxContentLength) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_content_length_list(std::string_view text) noexcept {
    std::optional<std::uint64_t> agreed;
    while (true) {
        const auto comma = text.find(',');
        const auto value = parse_content_length(ascii::trim(text.substr(0, comma)));
        if (!value || (agreed && *agreed != *value)) return std::nullopt;
        agreed = value;
        if (comma == std::string_view::npos) return agreed;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace fairway::proxy::http1
