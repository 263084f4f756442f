#include "proxy/access_log/log_filter.hpp"

#include "routing/value_patterns.hpp"

namespace fairway::proxy {

namespace {

// ingress-nginx: the switch is for the server "_" alone. A known host without a rule for the path is logged.
bool is_default_backend_of_unknown_host(const RequestRecord& record) noexcept {
    const bool catch_all = record.rules == nullptr || record.rules->name() == "_";
    return catch_all && record.route->owner == nullptr;
}

bool is_skipped(const RequestRecord& record, const routing::AccessLogSettings& settings) noexcept {
    return settings.skip_urls && record.request != nullptr && settings.skip_urls->contain(record.request->origin_form);
}

}  // namespace

bool is_logged(const RequestRecord& record, const routing::AccessLogSettings& settings) noexcept {
    if (!settings.enabled) return false;
    if (record.route != nullptr) {
        if (!record.route->policy->access_log) return false;
        if (!settings.default_backend && is_default_backend_of_unknown_host(record)) return false;
    }
    return !is_skipped(record, settings);
}

bool is_question_logged(const RequestRecord& record, const routing::AccessLogSettings& settings) noexcept {
    return settings.enabled && settings.auth_requests && !is_skipped(record, settings);
}

}  // namespace fairway::proxy
