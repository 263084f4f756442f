#include "proxy/http/authority.hpp"

#include "base/ascii.hpp"
#include "base/ip_address.hpp"
#include "proxy/http/byte_class.hpp"

namespace fairway::proxy {

namespace {

constexpr std::size_t kMaxHostBytes = 255;

bool is_valid_port(std::string_view digits) noexcept {
    if (digits.empty() || digits.size() > 5) return false;
    unsigned port = 0;
    for (const char c : digits) {
        if (!ascii::is_digit(c)) return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    return port >= 1 && port <= 65535;
}

bool is_valid_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > kMaxHostBytes) return false;
    char previous = '.';
    for (const char c : name) {
        if (!is_host_byte(c) || (c == '.' && previous == '.')) return false;
        previous = c;
    }
    return true;
}

}  // namespace

bool is_valid_authority(std::string_view text) noexcept {
    if (text.empty()) return false;
    if (text.front() == '[') {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return false;
        const auto address = IpAddress::parse(text.substr(1, close - 1));
        if (!address || text.substr(1, close - 1).find(':') == std::string_view::npos) return false;
        const auto rest = text.substr(close + 1);
        return rest.empty() || (rest.front() == ':' && is_valid_port(rest.substr(1)));
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return is_valid_name(text);
    return is_valid_name(text.substr(0, colon)) && is_valid_port(text.substr(colon + 1));
}

Authority split_authority(std::string_view text) noexcept {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || (!text.empty() && text.back() == ']')) return {.host = text, .port = {}};
    return {.host = text.substr(0, colon), .port = text.substr(colon + 1)};
}

}  // namespace fairway::proxy
