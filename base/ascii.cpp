#include "base/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fairway::ascii {

// Eight bytes at a time, as field names of one length often have a long beginning in common.
bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    constexpr std::uint64_t kCaseBits = 0x2020'2020'2020'2020;
    const auto same = [](char x, char y) { return to_lower(x) == to_lower(y); };
    while (a.size() >= sizeof(std::uint64_t)) {
        std::uint64_t x, y;
        std::memcpy(&x, a.data(), sizeof x);
        std::memcpy(&y, b.data(), sizeof y);
        if ((x | kCaseBits) != (y | kCaseBits)) return false;
        if (x != y && !std::equal(a.begin(), a.begin() + sizeof x, b.begin(), same)) return false;
        a.remove_prefix(sizeof x);
        b.remove_prefix(sizeof x);
    }
    return std::equal(a.begin(), a.end(), b.begin(), same);
}

std::string lower_copy(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view kSpace = " \t";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace fairway::ascii
