#include "proxy/filters/tls_redirect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

// X-Forwarded-Host is any text a client likes; a Location must not carry it further than a host name goes.
bool can_be_a_host(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return ascii::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    });
}

std::string_view without_port(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    return has_port ? authority.substr(0, colon) : authority;
}

}  // namespace

bool redirects_to_tls(const routing::TlsRedirect& policy, const ForwardedValues& forwarded,
                      bool has_certificate) noexcept {
    if (policy.exempt || forwarded.scheme != "http") return false;
    return policy.force || (policy.enabled && has_certificate);
}

std::string tls_redirect_location(const routing::TlsRedirect& policy, const RequestHead& head,
                                  const ForwardedValues& forwarded, const routing::Settings& settings) {
    const std::string_view host = without_port(can_be_a_host(forwarded.host) ? forwarded.host : head.authority);
    std::string_view uri = head.origin_form;
    if (!policy.preserve_trailing_slash && uri.ends_with('/')) uri.remove_suffix(1);
    if (policy.use_port) return fmt::format("https://{}:{}{}", host, settings.public_https_port, uri);
    return fmt::format("https://{}{}", host, uri);
}

}  // namespace fairway::proxy
