#include "proxy/filters/redirect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/filters/tls_redirect.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/redirect.hpp"

namespace fairway::proxy {

namespace {

void append_escaped_path(OutBuffer& out, std::string_view path) {
    constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@/";
    out.append_percent_encoded(path,
                               [&](char c) { return !ascii::is_alnum(c) && kPlain.find(c) == std::string_view::npos; });
}

}  // namespace

std::string own_origin(const Exchange& exchange) {
    return fmt::format("{}://{}", exchange.record.connection->tls ? "https" : "http", exchange.request.authority);
}

OwnAnswer redirect_answer(const Exchange& exchange) {
    const routing::RoutePolicy& policy = *exchange.record.route->policy;
    const routing::Redirect& redirect = *policy.redirect;
    const bool on_this_host = redirect.location.starts_with('/') && !policy.relative_redirects;
    auto location =
        redirect.with_variables.pieces.empty() ? redirect.location : expand(redirect.with_variables, exchange.record);
    return {.status = redirect.status, .location = on_this_host ? own_origin(exchange) + location : location};
}

OwnAnswer app_root_answer(const Exchange& exchange) {
    const routing::TextTemplate& app_root = *exchange.record.rules->app_root();
    return {.status = 302, .location = own_origin(exchange) + expand(app_root, exchange.record)};
}

OwnAnswer www_redirect(const Exchange& exchange) {
    // With use-forwarded-headers both are what a field says, and may be any text.
    const bool tls = exchange.record.connection->tls;
    const auto said = exchange.forwarded.scheme;
    const std::string_view scheme = said == "http" || said == "https" ? said : tls ? "https" : "http";
    const auto own_https = fmt::format_int(exchange.snapshot->settings->public_https_port);
    const auto port = tls && exchange.forwarded.port_is_own() ? std::string_view(own_https.data(), own_https.size())
                                                              : exchange.forwarded.port();
    const bool is_port = !port.empty() && std::all_of(port.begin(), port.end(), ascii::is_digit);
    auto uri = exchange.request.origin_form;
    if (uri.ends_with('/')) uri.remove_suffix(1);
    return {.status = exchange.snapshot->settings->http_redirect_code,
            .location = fmt::format("{}://{}:{}{}", scheme, exchange.record.rules->redirect_to(),
                                    is_port             ? port
                                    : scheme == "https" ? "443"
                                                        : "80",
                                    uri)};
}

OwnAnswer slash_redirect(const Exchange& exchange) {
    const RequestHead& head = exchange.request;
    OutBuffer location;
    if (!exchange.record.route->policy->relative_redirects) {
        const ConnectionFacts& client = *exchange.record.connection;
        location.append(client.tls ? "https://" : "http://");
        location.append(exchange.record.host);
        if (exchange.record.route->policy->tls_redirect.use_port && client.local_port != (client.tls ? 443 : 80)) {
            location.append(':');
            location.append_decimal(client.local_port);
        }
    }
    append_escaped_path(location, exchange.record.route->path);
    if (head.origin_form.size() > head.path.size()) location.append(head.origin_form.substr(head.path.size()));
    return {.status = 301, .location = std::string(location.view())};
}

std::optional<OwnAnswer> tls_redirect(const Exchange& exchange) {
    const routing::TlsRedirect& policy = exchange.record.route->policy->tls_redirect;
    const bool has_certificate =
        exchange.record.rules != nullptr && exchange.record.rules->has_certificate_for(exchange.record.host);
    if (!redirects_to_tls(policy, exchange.forwarded, has_certificate)) return std::nullopt;
    const routing::Settings& settings = *exchange.snapshot->settings;
    return OwnAnswer{.status = settings.http_redirect_code,
                     .location = tls_redirect_location(policy, exchange.request, exchange.forwarded, settings)};
}

}  // namespace fairway::proxy
