#include <fmt/format.h>

#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

using Pair = routing::ResponseRewrite::Pair;

/// nginx: "~pattern" with case, "~*pattern" without; else the text itself. The replacement may hold variables.
Result<Pair> pair_of(std::string_view from, std::string_view to) {
    Pair pair;
    auto replacement = routing::parse_text_template(to);
    if (!replacement) return replacement.error();
    pair.to = *std::move(replacement);
    if (!from.starts_with('~')) {
        pair.from = from;
        return pair;
    }
    const bool any_case = from.starts_with("~*");
    auto pattern = routing::Regex::compile(from.substr(any_case ? 2 : 1),
                                           any_case ? routing::Regex::Case::ignored : routing::Regex::Case::sensitive);
    if (!pattern) return pattern.error();
    pair.pattern = *std::move(pattern);
    return pair;
}

Result<Pair> parse_two_words(std::string_view text) {
    if (text == "off") return Pair{};
    const auto words = split_list(text, ' ');
    if (words.size() != 2)
        return Error{fmt::format("\"{}\" is neither off nor two words, what is replaced and by what", text)};
    return pair_of(words[0], words[1]);
}

Result<Pair> parse_domains(std::string_view text) {
    return parse_two_words(text.starts_with('.') ? text.substr(1) : text);
}

Result<Pair> parse_redirect(const std::string& from, const std::string& to) {
    if (from == "off") return Pair{};
    // nginx's own rewriting: what it calls the endpoints becomes a path of the client's host. Endpoints rarely know that
    // name; it is what ingress-nginx does.
    if (from == "default") return pair_of("http://upstream_balancer/", "/");
    if (to == "off") return Pair{};  // half of a pair: no rewriting, as in ingress-nginx
    return pair_of(from, to);
}

}  // namespace

void read_response_rewrite(SettingReader& settings, ResponseRewriteTexts& texts,
                           routing::Part<routing::ResponseRewrite>& policy) {
    routing::ResponseRewrite rewrite = policy ? *policy : routing::ResponseRewrite{};
    settings.read("proxy-cookie-domain", rewrite.cookie_domain, parse_domains);
    settings.read("proxy-cookie-path", rewrite.cookie_path, parse_two_words);
    if (const auto from = settings.find("proxy-redirect-from")) texts.redirect_from = *from;
    if (const auto to = settings.find("proxy-redirect-to")) texts.redirect_to = *to;
    if (auto redirect = parse_redirect(texts.redirect_from, texts.redirect_to))
        rewrite.redirect = *std::move(redirect);
    else
        settings.refuse("proxy-redirect-from", redirect.error().message + ". Redirects are left alone");
    if (rewrite == routing::ResponseRewrite{})
        policy.reset();
    else
        policy = std::move(rewrite);
}

}  // namespace fairway::ingress
