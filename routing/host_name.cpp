#include "routing/host_name.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/assert.hpp"

namespace fairway::routing {
namespace {

constexpr std::size_t kMaxDnsName = 253;

std::string_view without_port(std::string_view authority) noexcept {
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        return close == std::string_view::npos ? authority : authority.substr(0, close + 1);
    }
    return authority.substr(0, authority.find(':'));
}

bool is_label_character(char c) noexcept { return ascii::is_alnum(c) || c == '-' || c == '_'; }

}  // namespace

std::string_view normalise_host(std::string_view authority, std::span<char> buffer) noexcept {
    FAIRWAY_ASSERT(buffer.size() >= kHostBufferBytes, "the buffer of normalise_host holds any DNS name");
    auto host = without_port(authority);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() > kMaxDnsName) return {};
    std::ranges::transform(host, buffer.begin(), ascii::to_lower);
    return {buffer.data(), host.size()};
}

std::string_view wildcard_rest(std::string_view host) noexcept {
    const auto dot = host.find('.');
    if (dot == 0 || dot == std::string_view::npos) return {};
    const auto label = host.substr(0, dot);
    return std::ranges::all_of(label, is_label_character) ? host.substr(dot + 1) : std::string_view();
}

}  // namespace fairway::routing
