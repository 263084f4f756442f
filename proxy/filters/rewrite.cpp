#include "proxy/filters/rewrite.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "proxy/http/byte_class.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/rewrite.hpp"

namespace fairway::proxy {

namespace {

using Groups = std::array<std::string_view, 9>;
using ByteSet = std::array<bool, 256>;

constexpr bool contains(const ByteSet& set, char c) noexcept { return set[static_cast<unsigned char>(c)]; }

constexpr bool is_control_or_8bit(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<signed char>(c) < 0 || c == 0x7f;
}

/// nginx's ngx_escape_uri(NGX_ESCAPE_URI): what must not stand in a path as it is.
constexpr ByteSet kNotInPath =
    detail::table_of<bool>([](char c) { return is_control_or_8bit(c) || detail::is_one_of(c, " \"#%<>?\\^`{|}"); });

/// The same but for '%', of text whose escapes are to stay as they are.
constexpr ByteSet kNotInEscapedPath =
    detail::table_of<bool>([](char c) { return c != '%' && contains(kNotInPath, c); });

/// NGX_ESCAPE_ARGS: what a group of the path must not bring into an absolute target.
constexpr ByteSet kNotInUrl =
    detail::table_of<bool>([](char c) { return contains(kNotInPath, c) || c == '&' || c == '+'; });

bool has_any(std::string_view text, const ByteSet& set) noexcept {
    return std::ranges::any_of(text, [&](char c) { return contains(set, c); });
}

std::string escaped(std::string_view text, const ByteSet& set) {
    OutBuffer out;
    out.append_percent_encoded(text, [&](char c) { return contains(set, c); });
    return std::string(out.view());
}

std::string with_query(std::string target, std::string_view query) {
    if (query.empty()) return target;
    target += target.find('?') == std::string::npos ? '?' : '&';
    return target += query;
}

/// The target with groups and variables filled in. A '%' that a group holds is escaped, as the group was decoded.
std::string fill_in(const routing::Rewrite& rewrite, Groups groups, const Exchange& exchange,
                    const ByteSet& to_escape) {
    std::array<std::string, std::tuple_size_v<Groups>> texts;
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (has_any(groups[i], to_escape)) groups[i] = texts[i] = escaped(groups[i], to_escape);
    return expand(rewrite.target, exchange.record, groups);
}

std::string new_path(const routing::Rewrite& rewrite, const Groups& groups, const Exchange& exchange) {
    auto path = fill_in(rewrite, groups, exchange, kNotInPath);
    if (!path.starts_with('/')) path.insert(path.begin(), '/');  // nginx would send a broken request line
    // Of variables, whose values are any text.
    if (has_any(path, kNotInEscapedPath)) path = escaped(path, kNotInEscapedPath);
    return path;
}

}  // namespace

std::optional<OwnAnswer> rewrite(Exchange& exchange) {
    const routing::Rewrite& rewrite = *exchange.record.route->policy->rewrite;
    if (!rewrite.pattern) return std::nullopt;
    routing::RegexGroups found = exchange.path_groups;
    const bool at_beginning = found[0].data() == exchange.path.data();
    if (!(rewrite.as_location && at_beginning) &&
        rewrite.pattern->match(exchange.path, &found) != routing::RegexOutcome::matched)
        return std::nullopt;
    Groups groups;
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = found[i + 1];

    if (rewrite.redirects)
        return OwnAnswer{.status = 302,
                         .location = with_query(fill_in(rewrite, groups, exchange, kNotInUrl), exchange.request.query)};
    RequestEdits& edits = exchange.request_edits;
    edits.target = with_query(new_path(rewrite, groups, exchange), exchange.request.query);
    if (!rewrite.forwarded_prefix.pieces.empty())
        edits.fields.set("X-Forwarded-Prefix",
                         edits.fields.keep(expand(rewrite.forwarded_prefix, exchange.record, groups)));
    return std::nullopt;
}

}  // namespace fairway::proxy
