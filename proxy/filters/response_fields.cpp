#include "proxy/filters/response_fields.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace fairway::proxy {

bool replaces_hsts(const ResponseFieldRules& rules) noexcept {
    return rules.tls && !rules.settings.hsts.value.empty() && !is_edited(rules, "Strict-Transport-Security");
}

bool passes_to_client(const Field& field, const ResponseFieldRules& rules) noexcept {
    if (field.hop_by_hop) return false;
    switch (field.id) {
        case FieldId::content_length:
        case FieldId::date:
        case FieldId::server:
        case FieldId::x_pad:
        case FieldId::x_accel_buffering:
        case FieldId::x_accel_charset:
        case FieldId::x_accel_expires:
        case FieldId::x_accel_limit_rate:
        case FieldId::x_accel_redirect: return false;
        case FieldId::strict_transport_security:
            if (replaces_hsts(rules)) return false;
            break;
        case FieldId::trailer:
            if (!rules.trailers_follow) return false;
            break;
        default: break;
    }
    if (is_edited(rules, field.name)) return false;
    const auto& hidden = rules.settings.hide_headers;
    return std::none_of(hidden.begin(), hidden.end(),
                        [&](const std::string& name) { return ascii::iequals(name, field.name); });
}

}  // namespace fairway::proxy
