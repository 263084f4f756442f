#include "ingress/discovery/address_label.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace {

constexpr std::size_t kNibbles = 32;

}  // namespace

std::string address_label(const IpAddress& address) {
    auto label = address.to_string();
    std::ranges::replace(label, address.v6 ? ':' : '.', '-');
    if (label.starts_with('-')) label.insert(0, 1, '0');
    if (label.ends_with('-')) label += '0';
    return label;
}

std::optional<IpAddress> parse_address_label(std::string_view label) {
    // An address has no hyphen itself; what else is in the label, the parser of addresses judges.
    for (const char separator : {'.', ':'}) {
        std::string text(label);
        if (text.find(separator) != std::string::npos) return std::nullopt;
        std::ranges::replace(text, '-', separator);
        if (const auto address = IpAddress::parse(text)) return *address;
    }
    return std::nullopt;
}

std::optional<IpAddress> parse_reverse_name(const DnsName& name) {
    static const DnsName kV4 = dns_name("in-addr.arpa");
    static const DnsName kV6 = dns_name("ip6.arpa");
    const auto parse = [](const std::string& text) -> std::optional<IpAddress> {
        const auto address = IpAddress::parse(text);
        return address ? std::optional(*address) : std::nullopt;
    };
    if (name.size() == 4 + kV4.size() && ends_with(name, kV4))
        return parse(fmt::format("{}.{}.{}.{}", name[3], name[2], name[1], name[0]));
    if (name.size() != kNibbles + kV6.size() || !ends_with(name, kV6)) return std::nullopt;
    std::string text;
    for (std::size_t i = kNibbles; i-- > 0;) {
        if (name[i].size() != 1) return std::nullopt;
        text += name[i];
        if (i % 4 == 0 && i != 0) text += ':';
    }
    return parse(text);
}

}  // namespace fairway::ingress
