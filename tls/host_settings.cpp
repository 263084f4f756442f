#include "tls/host_settings.hpp"

#include <algorithm>

namespace fairway::tls {

void HostSettingsMap::add(std::string_view host, Settings settings) {
    if (host == "_")
        catch_all_ = std::move(settings);
    else
        by_name_[host] = std::move(settings);
}

const HostSettings* HostSettingsMap::select(std::string_view server_name) const noexcept {
    const ServerName name(server_name);
    const auto* found = name.text().empty() ? nullptr : find(name.text());
    return found != nullptr ? found->get() : catch_all_.get();
}

const HostSettingsMap::Settings* HostSettingsMap::find(std::string_view name) const noexcept {
    if (const auto* exact = by_name_.find_exact(name)) return exact;
    if (!suffixes_.empty())
        for (auto dot = name.find('.', 1); dot != std::string_view::npos; dot = name.find('.', dot + 1))
            if (const auto* suffix = suffixes_.find_exact(name.substr(dot + 1))) return suffix;
    if (const auto* wildcard = by_name_.find_wildcard(name)) return wildcard;
    const auto pattern = std::ranges::find_if(patterns_, [&](const auto& each) { return each.matches(name); });
    return pattern == patterns_.end() ? nullptr : &pattern->settings;
}

}  // namespace fairway::tls
