#include "proxy/filters/cors.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

const routing::Cors& policy_of(const Exchange& exchange) { return *exchange.record.route->policy->cors; }

std::string_view origin_of(const Exchange& exchange) noexcept { return find_field(exchange.request.fields, "origin"); }

bool is_label(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return ascii::is_alnum(c) || c == '-'; });
}

bool matches(const routing::CorsOrigin& item, std::string_view origin) noexcept {
    if (origin.size() < item.scheme.size() + item.rest.size()) return false;
    const auto label = origin.substr(item.scheme.size(), origin.size() - item.scheme.size() - item.rest.size());
    return ascii::iequals(origin.substr(0, item.scheme.size()), item.scheme) &&
           ascii::iequals(origin.substr(origin.size() - item.rest.size()), item.rest) &&
           (item.any_label ? is_label(label) : label.empty());
}

}  // namespace

bool allows_origin(const routing::Cors& cors, std::string_view origin) noexcept {
    return cors.any_origin || std::any_of(cors.origins.begin(), cors.origins.end(),
                                          [&](const auto& item) { return matches(item, origin); });
}

std::optional<OwnAnswer> cors_preflight(Exchange& exchange) {
    if (exchange.request.method != Method::options || !allows_origin(policy_of(exchange), origin_of(exchange)))
        return std::nullopt;
    return OwnAnswer{.status = 204, .content_type = "text/plain charset=UTF-8"};  // as ingress-nginx spells it
}

void add_cors_fields(Exchange& exchange) {
    const routing::Cors& cors = policy_of(exchange);
    const auto origin = origin_of(exchange);
    if (!allows_origin(cors, origin)) return;
    FieldEdits& fields = exchange.response_edits;
    fields.set_all({{"Access-Control-Allow-Origin", cors.any_origin ? "*" : origin},
                    {"Access-Control-Allow-Credentials", cors.credentials ? "true" : ""},
                    {"Access-Control-Allow-Methods", cors.methods},
                    {"Access-Control-Allow-Headers", cors.headers},
                    {"Access-Control-Max-Age", cors.max_age},
                    {"Access-Control-Expose-Headers", cors.expose_headers}});
    // Whoever stores answers must not give one origin what was said to another; ingress-nginx leaves this out.
    if (!cors.any_origin) fields.add("Vary", "Origin");
}

}  // namespace fairway::proxy
