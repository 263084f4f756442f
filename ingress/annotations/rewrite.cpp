#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/path_template.hpp"
#include "ingress/annotations/policies.hpp"
#include "routing/policy/rewrite.hpp"

namespace fairway::ingress {

namespace {

/// nginx's rewrite answers such a target with a redirect.
bool is_absolute(std::string_view target) {
    return target.starts_with("http://") || target.starts_with("https://") || target.starts_with("$scheme");
}

}  // namespace

Result<routing::TextTemplate> parse_path_template(std::string_view text) {
    const auto is_good = [](char c) {
        return ascii::is_alnum(c) || std::string_view("-._~/:$").find(c) != std::string_view::npos;
    };
    if (const auto bad = std::ranges::find_if_not(text, is_good); bad != text.end())
        return Error{fmt::format("\"{}\" holds '{}'; a path has letters, digits and - . _ ~ / : only, and $1 to $9",
                                 text, *bad)};
    return routing::parse_text_template(text);
}

std::optional<routing::Rewrite> read_rewrite(SettingReader& settings) {
    routing::Rewrite rewrite;
    settings.read("rewrite-target", rewrite.target, parse_path_template);
    settings.read("x-forwarded-prefix", rewrite.forwarded_prefix, parse_path_template);
    if (rewrite.target.pieces.empty()) {
        if (!rewrite.forwarded_prefix.pieces.empty())
            settings.report(Severity::notice, "x-forwarded-prefix", "has no effect without rewrite-target",
                            "AnnotationWithoutEffect");
        return std::nullopt;
    }
    rewrite.text = *settings.find("rewrite-target");
    rewrite.redirects = is_absolute(rewrite.text);
    if (!rewrite.redirects && !rewrite.text.starts_with('/') && !rewrite.text.starts_with('$'))
        settings.report(Severity::warning, "rewrite-target",
                        fmt::format("\"{0}\" does not begin with /. It is taken as \"/{0}\"", rewrite.text),
                        "InvalidValue");
    return rewrite;
}

}  // namespace fairway::ingress
