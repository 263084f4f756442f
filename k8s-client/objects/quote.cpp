#include "k8s-client/objects/quote.hpp"

#include <fmt/format.h>

#include <iterator>

namespace fairway::k8s {

namespace {

constexpr std::size_t kLongestText = 63;  // a DNS label, the longest name that people write, fits

// Cut between two code points.
std::string_view cut(std::string_view text) {
    if (text.size() <= kLongestText) return text;
    auto end = kLongestText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : cut(text)) {
        if (c == '"' || c == '\\')
            out.append({'\\', c});
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    if (text.size() > kLongestText) out += "…";
    return out;
}

std::string quoted(std::string_view text) { return '"' + printable(text) + '"'; }

}  // namespace fairway::k8s
