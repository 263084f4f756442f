#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

Result<std::int64_t> parse_refusal_status(std::string_view text) { return parse_integer(text, 400, 599); }

}  // namespace

void read_rate_limit_defaults(SettingReader& settings, routing::RateLimits& limits) {
    settings.read("limit-conn-zone-variable", limits.key, routing::parse_text_template);
    settings.read("limit-req-status-code", limits.request_status, parse_refusal_status);
    settings.read("limit-conn-status-code", limits.connection_status, parse_refusal_status);
}

}  // namespace fairway::ingress
