#include "proxy/filters/redirect.hpp"

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "proxy/filters/tls_redirect.hpp"
#include "routing/policy/redirect.hpp"

namespace fairway::proxy {

namespace {

void append_escaped_path(OutBuffer& out, std::string_view path) {
    constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@/";
    for (const char c : path) {
        if (ascii::is_alnum(c) || kPlain.find(c) != std::string_view::npos)
            out.append(c);
        else
            out.append_percent_encoded(c);
    }
}

}  // namespace

std::string own_origin(const Exchange& exchange) {
    return fmt::format("{}://{}", exchange.record.connection->tls ? "https" : "http", exchange.request.authority);
}

OwnAnswer redirect_answer(const Exchange& exchange) {
    const routing::RoutePolicy& policy = *exchange.record.route->policy;
    const routing::Redirect& redirect = *policy.redirect;
    const bool on_this_host = redirect.location.starts_with('/') && !policy.relative_redirects;
    return {.status = redirect.status,
            .location = on_this_host ? own_origin(exchange) + redirect.location : redirect.location};
}

OwnAnswer slash_redirect(const Exchange& exchange) {
    const RequestHead& head = exchange.request;
    OutBuffer location;
    if (!exchange.record.route->policy->relative_redirects) {
        location.append(exchange.record.connection->tls ? "https://" : "http://");
        location.append(exchange.record.host);
    }
    append_escaped_path(location, exchange.record.route->path);
    if (head.origin_form.size() > head.path.size()) location.append(head.origin_form.substr(head.path.size()));
    return {.status = 301, .location = std::string(location.view())};
}

std::optional<OwnAnswer> tls_redirect(const Exchange& exchange) {
    const routing::TlsRedirect& policy = exchange.record.route->policy->tls_redirect;
    const bool has_certificate = exchange.record.rules != nullptr && exchange.record.rules->has_certificate();
    if (!redirects_to_tls(policy, exchange.forwarded, has_certificate)) return std::nullopt;
    const routing::Settings& settings = *exchange.snapshot->settings;
    return OwnAnswer{.status = settings.http_redirect_code,
                     .location = tls_redirect_location(policy, exchange.request, exchange.forwarded, settings)};
}

}  // namespace fairway::proxy
