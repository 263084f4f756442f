#include "proxy/filters/session_cookie.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fairway::proxy {

namespace {

// nginx's cookie time, with the year in two digits until 2037: "Mon, 02-Jan-06 15:04:05 GMT".
void append_time(std::string& out, std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> text;
    const char* const format = parts.tm_year > 137 ? "%a, %d-%b-%Y %H:%M:%S GMT" : "%a, %d-%b-%y %H:%M:%S GMT";
    out.append(text.data(), std::strftime(text.data(), text.size(), format, &parts));
}

bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

std::string session_cookie(const routing::SessionCookie& settings, std::string_view value,
                           const SessionCookieFacts& facts) {
    std::string out = fmt::format("{}={}", settings.name, value);
    if (settings.expires) {
        out += "; Expires=";
        append_time(out, facts.now + *settings.expires);
    }
    if (settings.max_age) out += fmt::format("; Max-Age={}", *settings.max_age);
    if (!settings.domain.empty()) out += "; Domain=" + settings.domain;
    out += fmt::format("; Path={}", settings.path.empty() ? facts.path : std::string_view(settings.path));
    if (settings.secure || facts.tls) out += "; Secure";
    out += "; HttpOnly";
    const bool left_out = settings.conditional_same_site_none && settings.same_site == "None" &&
                          !understands_same_site_none(facts.user_agent);
    if (!settings.same_site.empty() && !left_out) out += "; SameSite=" + settings.same_site;
    return out;
}

// ingress-nginx: util/same_site.lua, after https://www.chromium.org/updates/same-site/incompatible-clients.
bool understands_same_site_none(std::string_view agent) noexcept {
    for (const auto* part : {"Chrome/4", "Chrome/5", "Chrome/6", "CPU iPhone OS 12", "iPad; CPU OS 12"})
        if (contains(agent, part)) return false;
    const bool old_safari = contains(agent, "Macintosh") && contains(agent, "Intel Mac OS X 10_14") &&
                            contains(agent, "Safari") && !contains(agent, "Chrome");
    return !old_safari;
}

}  // namespace fairway::proxy
