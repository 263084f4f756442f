// Keys of the client's address, of forwarding fields and of response fields.
#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// RFC 9110 section 5.6.2.
bool is_token_char(char c) {
    return ascii::is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

Result<std::chrono::seconds> parse_header_timeout(std::string_view text) {
    const auto time = parse_duration(text);
    if (time && time->count() == 0) return Error{"0 would close every connection; write at least 1s"};
    return time;
}

}  // namespace

Result<std::string> parse_field_name(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_token_char))
        return Error{fmt::format("\"{}\" is not a field name; write one like X-Forwarded-For", text)};
    return std::string(text);
}

void read_forwarded(SettingReader& settings, routing::ForwardedSettings& forwarded) {
    settings.read("use-forwarded-headers", forwarded.use_forwarded_headers, parse_bool);
    settings.read("enable-real-ip", forwarded.enable_real_ip, parse_bool);
    settings.read("compute-full-forwarded-for", forwarded.compute_full_forwarded_for, parse_bool);
    settings.read("forwarded-for-header", forwarded.forwarded_for_header, parse_field_name);
    settings.read("forwarded-host-header", forwarded.forwarded_host_header, parse_field_name);
    // Never the default because of a slip: that believes everybody.
    settings.read_items("proxy-real-ip-cidr", forwarded.trusted_proxies, IpNetwork::parse);
    settings.read("proxy-add-original-uri-header", forwarded.add_original_uri, parse_bool);
    settings.read("use-proxy-protocol", forwarded.proxy_protocol, parse_bool);
    settings.read("proxy-protocol-header-timeout", forwarded.proxy_header_timeout, parse_header_timeout);
    settings.read("generate-request-id", forwarded.generate_request_id, parse_bool);
}

void read_hsts(SettingReader& settings, routing::HstsSettings& hsts) {
    bool enabled = true;
    bool subdomains = true;
    bool preload = false;
    std::int64_t max_age = 31'536'000;
    settings.read("hsts", enabled, parse_bool);
    settings.read("hsts-include-subdomains", subdomains, parse_bool);
    settings.read("hsts-preload", preload, parse_bool);
    settings.read("hsts-max-age", max_age,
                  [](std::string_view text) { return parse_integer(text, 0, 10'000'000'000); });
    hsts.value.clear();
    if (!enabled) return;
    hsts.value = fmt::format("max-age={}", max_age);
    if (subdomains) hsts.value += "; includeSubDomains";
    if (preload) hsts.value += "; preload";
}

}  // namespace fairway::ingress
