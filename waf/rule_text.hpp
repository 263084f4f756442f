// What the administrator writes in ModSecurity's language, made into what the library gets: directives that would reach
// beyond a request are refused, those that cannot act here are replaced. docs/modsecurity.md lists both.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fairway::waf {

/// Of the files that ingress-nginx's image holds; Include takes these two alone.
inline constexpr std::string_view kBaseRulesPath = "/etc/nginx/modsecurity/modsecurity.conf";
inline constexpr std::string_view kCoreRulesPath = "/etc/nginx/owasp-modsecurity-crs/nginx-modsecurity.conf";

/// Most bytes of a body that rules may ask for (SecRequestBodyLimit, SecResponseBodyLimit): they lie in memory.
inline constexpr unsigned long long kMaxBodyLimit = 128ULL << 20;

struct RuleText {
    std::string text;                ///< for the library
    std::vector<int> lines;          ///< for each line of `text` the line it was written in; 0: not the administrator's
    bool request_body = false;       ///< SecRequestBodyAccess, or a rule that switches it on
    bool response_body = false;      ///< SecResponseBodyAccess
    std::vector<std::string> notes;  ///< what acts otherwise than it is written; sentences
};

/// Of the ConfigMap key modsecurity-snippet, or, where that is empty, the base rules.
/// @param core_rules  the OWASP core rules follow, unless the text includes them already.
/// Error: names line and directive.
Result<RuleText> prepare_rules(std::string_view snippet, bool core_rules);

/// The built-in file of kBaseRulesPath.
std::string_view base_rules();
/// Directives that include the OWASP core rules of the Debian package modsecurity-crs. Error: it is not installed.
Result<std::string> core_rules();

}  // namespace fairway::waf
