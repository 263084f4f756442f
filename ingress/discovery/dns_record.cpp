#include "ingress/discovery/dns_record.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"

namespace fairway::ingress {

std::string to_string(const DnsName& name) { return fmt::format("{}", fmt::join(name, ".")); }

DnsName dns_name(std::string_view text) {
    DnsName name;
    if (text.ends_with('.')) text.remove_suffix(1);
    while (!text.empty()) {
        const auto dot = text.find('.');
        name.push_back(ascii::lower_copy(text.substr(0, dot)));
        text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
    }
    return name;
}

bool ends_with(const DnsName& name, const DnsName& suffix) {
    return name.size() >= suffix.size() && std::equal(suffix.rbegin(), suffix.rend(), name.rbegin());
}

}  // namespace fairway::ingress
