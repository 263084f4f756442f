#include "proxy/filters/real_ip.hpp"

#include <algorithm>
#include <optional>

namespace fairway::proxy {

namespace {

/// The address of an element, without brackets and port.
std::string_view address_text(std::string_view element) noexcept {
    if (element.starts_with('[')) {
        const auto close = element.find(']');
        return close == std::string_view::npos ? std::string_view{} : element.substr(1, close - 1);
    }
    const auto colon = element.find(':');
    const bool is_v4_with_port =
        colon != std::string_view::npos && element.find(':', colon + 1) == std::string_view::npos;
    return is_v4_with_port ? element.substr(0, colon) : element;
}

/// Cuts the last non-empty element off `list`.
std::string_view take_last_element(std::string_view& list) noexcept {
    while (!list.empty()) {
        const auto comma = list.rfind(',');
        const auto start = comma == std::string_view::npos ? 0 : comma + 1;
        const auto element = ascii::trim(list.substr(start));
        list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
        if (!element.empty()) return element;
    }
    return {};
}

}  // namespace

bool is_trusted_proxy(const IpAddress& address, std::span<const IpNetwork> trusted) noexcept {
    return std::any_of(trusted.begin(), trusted.end(),
                       [&](const IpNetwork& network) { return network.contains(address); });
}

RealIp find_real_ip(const FieldList& fields, const FieldName& header, const IpAddress& peer,
                    std::span<const IpNetwork> trusted) {
    RealIp found{.address = peer, .text = {}, .from_field = false};
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        if (!header.matches(*field)) continue;
        auto list = field->value;
        while (is_trusted_proxy(found.address, trusted)) {
            const auto element = take_last_element(list);
            if (element.empty()) break;
            const auto text = address_text(element);
            const auto address = IpAddress::parse(text);
            if (!address) return found;
            found = {.address = *address,
                     .text = address->v6 || text.find(':') != std::string_view::npos ? std::string_view{} : text,
                     .from_field = true};
        }
    }
    return found;
}

}  // namespace fairway::proxy
