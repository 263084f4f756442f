#include "base/ascii.hpp"

#include <algorithm>

namespace fairway::ascii {

// Most texts that differ do so when they are folded as well.
bool iequals(std::string_view a, std::string_view b) noexcept {
    const auto same = [](char x, char y) { return to_lower(x) == to_lower(y); };
    return a.size() == b.size() && equals_folded(a, b) && std::equal(a.begin(), a.end(), b.begin(), same);
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
