#include "ingress/explain_messages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "routing/policy/body_buffering.hpp"
#include "routing/policy/compression.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/field_set.hpp"
#include "routing/policy/mirror.hpp"
#include "routing/policy/response_rate.hpp"
#include "routing/policy/response_rewrite.hpp"
#include "routing/policy/upstream_http.hpp"

namespace fairway::ingress {

namespace {

using Details = std::vector<std::string>;

void add_fields(std::string_view what, const routing::Part<routing::FieldSet>& set, Details& details) {
    if (!set) return;
    std::vector<std::string_view> names;
    for (const auto& field : set->fields) names.push_back(field.name);
    details.push_back(fmt::format("{}: {}", what, fmt::join(names, ", ")));
}

void add_compression(const routing::Compression& compression, Details& details) {
    if (compression.zstd.enabled)
        details.push_back(fmt::format("zstd, level {}, for clients that take it", compression.zstd.level));
    if (compression.brotli.enabled)
        details.push_back(fmt::format("brotli, level {}, for clients that take it", compression.brotli.level));
    if (compression.gzip.enabled)
        details.push_back(fmt::format("gzip, level {}, for clients that take it", compression.gzip.level));
}

void add_error_pages(const routing::ErrorPages& pages, Details& details) {
    if (!pages.statuses.empty())
        details.push_back(fmt::format("custom-http-errors {}{}: answered by {}", fmt::join(pages.statuses, ", "),
                                      pages.own_errors_only ? " of the proxy alone" : "",
                                      pages.backend && !pages.global_backend_only ? pages.backend->name
                                                                                  : "the global default backend"));
    if (pages.backend)
        details.push_back(
            fmt::format("default-backend: {} answers when there is no ready endpoint", pages.backend->name));
}

}  // namespace

void explain_messages(const routing::RoutePolicy& policy, const routing::Settings& settings, Details& details) {
    if (const auto& buffering = policy.body_buffering; buffering && !(*buffering == routing::BodyBuffering{}))
        details.push_back(fmt::format("proxy-request-buffering {}, proxy-buffering {}",
                                      buffering->request ? "on" : "off", buffering->response ? "on" : "off"));
    if (const auto& http = policy.upstream_http; http && http->http_1_0)
        details.emplace_back("HTTP/1.0 to the endpoints");
    add_fields("proxy-set-headers", settings.request_fields, details);
    add_fields("add-headers", settings.response_fields, details);
    add_fields("custom-headers", policy.response_fields, details);
    if (policy.response_rewrite) details.emplace_back("cookies or redirects of the endpoints are rewritten");
    if (settings.compression) add_compression(*settings.compression, details);
    if (policy.response_rate && policy.response_rate->bytes_per_second != 0)
        details.push_back(fmt::format("limit-rate: {} bytes a second, after {} bytes",
                                      policy.response_rate->bytes_per_second, policy.response_rate->free_bytes));
    if (policy.error_pages) add_error_pages(*policy.error_pages, details);
    if (policy.modsecurity) details.emplace_back("inspected by ModSecurity");
    if (policy.mirror)
        details.push_back(fmt::format("mirrored{}", policy.mirror->body ? ", with the body" : ", without the body"));
}

}  // namespace fairway::ingress
