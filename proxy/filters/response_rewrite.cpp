#include "proxy/filters/response_rewrite.hpp"

#include <optional>
#include <string>

#include "base/ascii.hpp"
#include "proxy/variables.hpp"

namespace fairway::proxy {

namespace {

using Pair = routing::ResponseRewrite::Pair;

bool changes_something(const Pair& pair) { return !pair.from.empty() || pair.pattern; }

/// What a pattern's match makes of the whole of `text`.
std::optional<std::string> by_pattern(const Pair& pair, std::string_view text, const RequestRecord& record) {
    routing::RegexGroups groups;
    if (pair.pattern->match(text, &groups) != routing::RegexOutcome::matched) return std::nullopt;
    return expand(pair.to, record, std::span(groups).subspan(1));
}

/// A prefix of `text` gives way to what stands for it.
std::optional<std::string> by_prefix(const Pair& pair, std::string_view text, const RequestRecord& record) {
    if (pair.pattern) return by_pattern(pair, text, record);
    if (!text.starts_with(pair.from)) return std::nullopt;
    return expand(pair.to, record).append(text.substr(pair.from.size()));
}

/// nginx: the whole domain; a leading dot of the cookie stays where it is.
std::optional<std::string> new_domain(const Pair& pair, std::string_view domain, const RequestRecord& record) {
    const bool dot = domain.starts_with('.');
    const auto name = domain.substr(dot ? 1 : 0);
    std::optional<std::string> changed;
    if (pair.pattern)
        changed = by_pattern(pair, name, record);
    else if (ascii::iequals(name, pair.from))
        changed = expand(pair.to, record);
    if (changed && dot) changed->insert(0, ".");
    return changed;
}

/// The value of an attribute of a Set-Cookie, or none.
struct Attribute {
    std::size_t at = std::string::npos;
    std::size_t size = 0;
};
Attribute find_attribute(std::string_view cookie, std::string_view name) {
    for (auto semicolon = cookie.find(';'); semicolon != std::string_view::npos;
         semicolon = cookie.find(';', semicolon + 1)) {
        const auto begin = cookie.find_first_not_of(" \t", semicolon + 1);
        if (begin == std::string_view::npos) break;
        const auto end = std::min(cookie.find(';', begin), cookie.size());
        const auto attribute = cookie.substr(begin, end - begin);
        if (attribute.size() <= name.size() || attribute[name.size()] != '=') continue;
        if (!ascii::iequals(attribute.substr(0, name.size()), name)) continue;
        return {begin + name.size() + 1, attribute.size() - name.size() - 1};
    }
    return {};
}

template <class Change>
void change_attribute(std::string& cookie, std::string_view name, Change change) {
    const Attribute found = find_attribute(cookie, name);
    if (found.at == std::string::npos) return;
    if (const auto changed = change(std::string_view(cookie).substr(found.at, found.size)))
        cookie.replace(found.at, found.size, *changed);
}

std::string rewritten_cookie(const routing::ResponseRewrite& rewrite, std::string_view value,
                             const RequestRecord& record) {
    std::string cookie(value);
    if (changes_something(rewrite.cookie_domain))
        change_attribute(cookie, "domain",
                         [&](std::string_view domain) { return new_domain(rewrite.cookie_domain, domain, record); });
    if (changes_something(rewrite.cookie_path))
        change_attribute(cookie, "path",
                         [&](std::string_view path) { return by_prefix(rewrite.cookie_path, path, record); });
    return cookie;
}

/// Refresh: "5; url=http://…".
std::optional<std::string> rewritten_refresh(const Pair& pair, std::string_view value, const RequestRecord& record) {
    const auto at = ascii::lower_copy(value).find("url=");
    if (at == std::string::npos) return std::nullopt;
    const auto changed = by_prefix(pair, value.substr(at + 4), record);
    if (!changed) return std::nullopt;
    return std::string(value.substr(0, at + 4)).append(*changed);
}

}  // namespace

void rewrite_response(const routing::ResponseRewrite& rewrite, Exchange& exchange) {
    const bool cookies = changes_something(rewrite.cookie_domain) || changes_something(rewrite.cookie_path);
    const bool redirects = changes_something(rewrite.redirect);
    for (Field& field : exchange.response.fields) {
        std::optional<std::string> changed;
        if (field.id == FieldId::set_cookie && cookies)
            changed = rewritten_cookie(rewrite, field.value, exchange.record);
        else if (field.id == FieldId::location && redirects)
            changed = by_prefix(rewrite.redirect, field.value, exchange.record);
        else if (field.id == FieldId::refresh && redirects)
            changed = rewritten_refresh(rewrite.redirect, field.value, exchange.record);
        if (changed) field.value = exchange.response_edits.keep(*std::move(changed));
    }
}

}  // namespace fairway::proxy
