#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMaxSeconds = 10'000'000'000;

void read_mode(SettingReader& settings, bool& persistent) {
    const auto text = settings.find("affinity-mode");
    if (!text) return;
    persistent = *text == "persistent";
    if (!persistent && *text != "balanced")
        settings.refuse("affinity-mode",
                        fmt::format("\"{}\" is neither balanced nor persistent. Keeping balanced", *text));
}

/// ingress-nginx checks it in any case and then sends the attribute for these spellings alone.
Result<std::string> parse_same_site(std::string_view text) {
    for (const std::string_view known : {"None", "Lax", "Strict"})
        if (ascii::iequals(text, known)) {
            if (text == known) return std::string(text);
            return Error{fmt::format("\"{}\" must be written {}", text, known)};
        }
    return Error{fmt::format("\"{}\" is not one of None, Lax and Strict", text)};
}

template <std::int64_t kMin>
Result<std::optional<std::int64_t>> parse_offset(std::string_view text) {
    const auto seconds = parse_integer(text, kMin, kMaxSeconds);
    if (!seconds) return seconds.error();
    return std::optional(*seconds);
}

void report_cookie_without_affinity(SettingReader& settings) {
    for (const auto name : settings.names())
        if ((name == "affinity-mode" || name.starts_with("session-cookie-")) && name != "session-cookie-hash" &&
            settings.find(name))
            settings.report(Severity::notice, name, "has no effect without affinity: cookie",
                            "AnnotationWithoutEffect");
}

}  // namespace

std::optional<routing::SessionCookie> read_session_cookie(SettingReader& settings) {
    const auto affinity = settings.find("affinity");
    if (affinity && *affinity != "cookie")
        settings.refuse("affinity", fmt::format("\"{}\" is not an affinity; write cookie. It is ignored", *affinity));
    routing::SessionCookie cookie;
    read_mode(settings, cookie.persistent);
    settings.read("session-cookie-name", cookie.name, parse_basic_text);
    settings.read("session-cookie-path", cookie.path, parse_url_text);
    settings.read("session-cookie-domain", cookie.domain, parse_basic_text);
    settings.read("session-cookie-expires", cookie.expires, parse_offset<-kMaxSeconds>);
    settings.read("session-cookie-max-age", cookie.max_age, parse_offset<0>);
    settings.read("session-cookie-samesite", cookie.same_site, parse_same_site);
    settings.read("session-cookie-conditional-samesite-none", cookie.conditional_same_site_none, parse_bool);
    settings.read("session-cookie-secure", cookie.secure, parse_bool);
    settings.read("session-cookie-change-on-failure", cookie.change_on_failure, parse_bool);
    if (!affinity) report_cookie_without_affinity(settings);
    if (!affinity || *affinity != "cookie") return std::nullopt;
    const auto regex = settings.find("use-regex");
    if (cookie.path.empty() && regex && parse_bool(*regex) && *parse_bool(*regex))
        settings.report(Severity::warning, "affinity",
                        "with use-regex the cookie's Path is the pattern, which no browser matches; set "
                        "session-cookie-path",
                        "SessionCookiePathIsPattern");
    return cookie;
}

}  // namespace fairway::ingress
