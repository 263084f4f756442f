#include "proxy/filters/block_rules.hpp"

#include "routing/policy/block_rules.hpp"

namespace fairway::proxy {

namespace {

const routing::BlockRules& rules_of(const Exchange& exchange) { return *exchange.snapshot->settings->block_rules; }

std::optional<OwnAnswer> forbid(bool blocked) {
    return blocked ? std::optional(OwnAnswer{.status = 403}) : std::nullopt;
}

}  // namespace

std::optional<OwnAnswer> refuse_blocked_fields(Exchange& exchange) {
    const routing::BlockRules& rules = rules_of(exchange);
    const FieldList& fields = exchange.request.fields;
    return forbid(
        (!rules.user_agents.empty() && rules.user_agents.may_contain(find_field(fields, FieldId::user_agent))) ||
        (!rules.referers.empty() && rules.referers.may_contain(find_field(fields, FieldId::referer))));
}

std::optional<OwnAnswer> refuse_blocked_address(Exchange& exchange) {
    return forbid(rules_of(exchange).addresses.contains(exchange.forwarded.client));
}

}  // namespace fairway::proxy
