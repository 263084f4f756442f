// ModSecurity as the ConfigMap and annotations ask for it, before its rules are compiled.
#pragma once

#include <string>

#include "routing/text_template.hpp"

namespace fairway::ingress {

/// ConfigMap keys enable-modsecurity, enable-owasp-modsecurity-crs, modsecurity-snippet.
struct ModSecurityDefaults {
    bool enabled = false;
    bool core_rules = false;
    std::string snippet;  ///< empty: the base rules
    /// Why every path that the defaults hold for is closed (RoutePolicy::denied); empty: nothing is wrong.
    std::string denied;

    bool operator==(const ModSecurityDefaults&) const = default;
};

/// What an Ingress wants; RoutePolicy::modsecurity is made of it.
struct ModSecuritySettings {
    std::string snippet;
    bool core_rules = false;
    routing::TextTemplate transaction_id;
};

}  // namespace fairway::ingress
