#include "ingress/url_server.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/host_name.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kRuleHost[] = {"$host", "${host}", "$server_name", "${server_name}"};

bool is_host_char(char c) { return ascii::is_alnum(c) || c == '.' || c == '-' || c == '_'; }

bool is_localhost(std::string_view name) {
    return name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain";
}

/// Host and port of the URL, into `url`.
Result<void> parse_authority(std::string_view authority, std::string_view text, ServerUrl& url) {
    auto host = authority;
    const auto bracket = authority.find(']');
    const auto colon = authority.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        const auto port = parse_integer(authority.substr(colon + 1), 1, 65535);
        if (!port) return Error{fmt::format("the port of \"{}\" is none; write a number from 1 to 65535", text)};
        url.port = static_cast<std::uint16_t>(*port);
        url.names_port = true;
        host = authority.substr(0, colon);
    }
    if (std::ranges::find(kRuleHost, host) != std::ranges::end(kRuleHost)) return {};
    if (host.find('$') != std::string_view::npos)
        return Error{
            fmt::format("the host of \"{}\" has variables: clients would choose the server. Write a name, or $host "
                        "for that of the rule",
                        text)};
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const bool address = IpAddress::parse(host).has_value();
    if (host.empty() || host.size() > 253 || (!address && !std::ranges::all_of(host, is_host_char)))
        return Error{fmt::format("\"{}\" names no host; write http://auth.example.com/check", text)};
    url.host = ascii::lower_copy(host);
    if (is_localhost(url.host))
        return Error{fmt::format("\"{}\" names this machine, whatever DNS says; write its address", text)};
    return {};
}

/// "oauth2-proxy.auth.svc.cluster.local" and "oauth2-proxy.auth.svc".
std::optional<k8s::ObjectName> service_of(std::string_view host, const ServiceNames& names) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (const auto domain = "." + names.cluster_domain; host.ends_with(domain)) host.remove_suffix(domain.size());
    if (!host.ends_with(".svc")) return std::nullopt;
    host.remove_suffix(4);
    const auto dot = host.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == host.size()) return std::nullopt;
    const auto ns = host.substr(dot + 1);
    if (ns.find('.') != std::string_view::npos) return std::nullopt;  // the name of a Pod
    if (!names.watch_namespace.empty() && names.watch_namespace != ns) return std::nullopt;
    return k8s::ObjectName{std::string(ns), std::string(host.substr(0, dot))};
}

std::string bracketed(std::string_view host) {
    return host.find(':') == std::string_view::npos ? std::string(host) : fmt::format("[{}]", host);
}

}  // namespace

std::string ServerUrl::authority(std::string_view rule_host) const {
    const auto name = bracketed(host.empty() ? rule_host : std::string_view(host));
    return names_port ? fmt::format("{}:{}", name, port) : name;
}

Result<ServerUrl> parse_server_url(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f')
            return Error{fmt::format("\"{}\" holds white space or control characters, which a URL cannot have", text)};
    ServerUrl url;
    std::string_view rest = text;
    if (ascii::iequals(rest.substr(0, 7), "http://")) {
        rest.remove_prefix(7);
    } else if (ascii::iequals(rest.substr(0, 8), "https://")) {
        url.https = true;
        rest.remove_prefix(8);
    } else {
        return Error{fmt::format("\"{}\" is not an http or https URL; write http://auth.example.com/check", text)};
    }
    url.port = url.https ? 443 : 80;
    rest = rest.substr(0, rest.find('#'));
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (const auto parsed = parse_authority(rest.substr(0, end), text, url); !parsed) return parsed.error();
    url.path_and_query = rest.substr(end);
    if (!url.path_and_query.starts_with('/')) url.path_and_query.insert(0, "/");
    return url;
}

std::optional<BackendKey> server_backend(const ServerUrl& url, std::string_view rule_host, const ServiceNames& names) {
    std::string host = url.host;
    if (host.empty()) {
        if (rule_host.empty() || rule_host == kCatchAll || rule_host.starts_with('*')) return std::nullopt;
        host = rule_host;
    }
    auto port = fmt::format("{}", url.port);
    if (auto service = service_of(host, names)) return BackendKey{*std::move(service), std::move(port)};
    return BackendKey{{"", std::move(host)}, std::move(port)};
}

ServiceEndpoints url_endpoints(const NameAnswers* names, const std::string& host, std::string_view port) {
    static const auto kNone = std::make_shared<const routing::EndpointSet>();
    const auto number = static_cast<std::uint16_t>(*parse_integer(port, 1, 65535));
    auto set = std::make_shared<routing::EndpointSet>();
    if (const auto address = IpAddress::parse(host)) {
        set->endpoints.push_back({{*address, number}, host});
        return {std::move(set), {}, {}};
    }
    const auto* answer = names == nullptr ? nullptr : names->of(host);
    if (answer == nullptr || (answer->addresses.empty() && answer->error.empty())) return {kNone, {}, host};
    for (const auto& address : answer->addresses) set->endpoints.push_back({{address, number}, host});
    BackendProblem problem;
    if (!answer->error.empty())
        problem = {answer->addresses.empty() ? Severity::error : Severity::warning, "HostNotResolved",
                   fmt::format("\"{}\" is not resolved: {}", host, answer->error)};
    return {std::move(set), std::move(problem), host};
}

}  // namespace fairway::ingress
