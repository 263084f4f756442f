#include "proxy/filters/rewrite.hpp"

#include <array>
#include <string>

#include "base/ascii.hpp"
#include "proxy/variables.hpp"
#include "routing/path_normalise.hpp"
#include "routing/policy/rewrite.hpp"

namespace fairway::proxy {

namespace {

using Groups = std::array<std::string_view, 9>;

bool is_control_or_8bit(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<signed char>(c) < 0 || c == 0x7f;
}

/// nginx's ngx_escape_uri(NGX_ESCAPE_URI): what must not stand in a path as it is.
bool escaped_in_path(char c) noexcept {
    return is_control_or_8bit(c) || std::string_view(" \"#%<>?\\^`{|}").find(c) != std::string_view::npos;
}

/// NGX_ESCAPE_ARGS: what a group of the path must not bring into an absolute target.
bool escaped_in_url(char c) noexcept { return escaped_in_path(c) || c == '&' || c == '+'; }

template <class Predicate>
std::string escaped(std::string_view text, Predicate must_escape) {
    OutBuffer out;
    for (const char c : text)
        if (must_escape(c))
            out.append_percent_encoded(c);
        else
            out.append(c);
    return std::string(out.view());
}

std::string with_query(std::string target, std::string_view query) {
    if (query.empty()) return target;
    target += target.find('?') == std::string::npos ? '?' : '&';
    return target += query;
}

/// The target with groups and variables filled in. A '%' that a group holds is escaped, as the group was decoded.
template <class Predicate>
std::string fill_in(const routing::Rewrite& rewrite, const Groups& groups, const Exchange& exchange,
                    Predicate must_escape) {
    std::array<std::string, std::tuple_size_v<Groups>> texts;
    Groups views;
    for (std::size_t i = 0; i < groups.size(); ++i) views[i] = texts[i] = escaped(groups[i], must_escape);
    return expand(rewrite.target, exchange.record, views);
}

std::string new_path(const routing::Rewrite& rewrite, const Groups& groups, const Exchange& exchange) {
    auto path = fill_in(rewrite, groups, exchange, escaped_in_path);
    if (!path.starts_with('/')) path.insert(path.begin(), '/');  // nginx would send a broken request line
    // Of variables, whose values are any text.
    return escaped(path, [](char c) { return c != '%' && escaped_in_path(c); });
}

}  // namespace

std::optional<OwnAnswer> rewrite(Exchange& exchange) {
    const routing::Rewrite& rewrite = *exchange.record.route->policy->rewrite;
    const RequestHead& head = exchange.request;
    if (!rewrite.pattern) return std::nullopt;
    std::string scratch(head.path.size(), '\0');
    const auto path = routing::normalise_path(head.path, scratch).path;
    routing::RegexGroups found;
    if (rewrite.pattern->match(path, &found) != routing::RegexOutcome::matched) return std::nullopt;
    Groups groups;
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = found[i + 1];

    if (rewrite.redirects)
        return OwnAnswer{.status = 302,
                         .location = with_query(fill_in(rewrite, groups, exchange, escaped_in_url), head.query)};
    RequestEdits& edits = exchange.request_edits;
    edits.target = with_query(new_path(rewrite, groups, exchange), head.query);
    if (!rewrite.forwarded_prefix.pieces.empty())
        edits.fields.set("X-Forwarded-Prefix",
                         edits.fields.keep(expand(rewrite.forwarded_prefix, exchange.record, groups)));
    return std::nullopt;
}

}  // namespace fairway::proxy
