#include <filesystem>

#include "waf/rule_text.hpp"

namespace fairway::waf {

namespace {

constexpr const char* kSetup = "/etc/modsecurity/crs/crs-setup.conf";
constexpr const char* kRules = "/usr/share/modsecurity-crs/rules";
// Places for rules of the administrator, before and behind.
constexpr const char* kBefore = "/etc/modsecurity/crs/REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf";
constexpr const char* kBehind = "/etc/modsecurity/crs/RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf";

std::string include(const std::string& path) { return "Include " + path + "\n"; }

}  // namespace

Result<std::string> core_rules() {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::exists(kSetup, error) || !fs::is_directory(kRules, error))
        return Error{"the OWASP core rules are not there; install the Debian package modsecurity-crs"};
    auto text = include(kSetup);
    if (fs::exists(kBefore, error)) text += include(kBefore);
    text += include(std::string(kRules) + "/*.conf");
    if (fs::exists(kBehind, error)) text += include(kBehind);
    return text;
}

}  // namespace fairway::waf
