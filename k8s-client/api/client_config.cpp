#include "k8s-client/api/client_config.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fstream>
#include <iterator>

#include "base/ip_address.hpp"

namespace fairway::k8s {

namespace {

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!file.is_open() || file.bad()) return Error{fmt::format("cannot read {}", path.string())};
    return text;
}

std::string without_line_end(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

}  // namespace

std::string ClientConfig::url() const {
    return fmt::format("{}://{}:{}{}", tls ? "https" : "http", bracketed(host), port, path_prefix);
}

std::string ClientConfig::authority() const {
    return port == (tls ? 443 : 80) ? bracketed(host) : fmt::format("{}:{}", bracketed(host), port);
}

Result<ClientConfig> config_of_url(const std::string& text, const std::filesystem::path& certificate_authority) {
    const auto wrong = [&] {
        return Error{
            fmt::format("\"{}\" is not the URL of an API server; write one such as https://198.51.100.1:6443", text)};
    };
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed || !parsed->has_authority() || parsed->host().empty() || parsed->has_query() || parsed->has_userinfo())
        return wrong();
    ClientConfig config;
    config.tls = parsed->scheme() == "https";
    if (!config.tls && parsed->scheme() != "http") return wrong();
    config.host = parsed->host_type() == boost::urls::host_type::ipv6 ? parsed->host_ipv6_address().to_string()
                                                                      : std::string(parsed->host());
    config.port = parsed->has_port() ? parsed->port_number() : config.tls ? 443 : 80;
    config.path_prefix = std::string(parsed->encoded_path());
    while (config.path_prefix.ends_with('/')) config.path_prefix.pop_back();
    if (config.port == 0) return wrong();
    if (certificate_authority.empty()) return config;
    auto authorities = read_file(certificate_authority);
    if (!authorities) return authorities.error();
    config.ca_pem = *std::move(authorities);
    return config;
}

Result<ClientConfig> in_cluster_config(const GetVariable& variable, const std::filesystem::path& folder) {
    const auto host = variable("KUBERNETES_SERVICE_HOST");
    const auto port = variable("KUBERNETES_SERVICE_PORT");
    if (!host || host->empty() || !port || port->empty())
        return Error{"not in a pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set); outside of the "
                     "cluster give "
                     "--kubeconfig FILE or --apiserver-host URL"};
    auto config = config_of_url(fmt::format("https://{}:{}", bracketed(*host), *port));
    if (!config) return config;
    auto ca = read_file(folder / "ca.crt");
    if (!ca) return Error{ca.error().message + "; the pod needs its service account (automountServiceAccountToken)"};
    config->ca_pem = *std::move(ca);
    config->token_file = folder / "token";
    if (auto token = read_file(config->token_file); !token)
        return Error{token.error().message + "; the pod needs its service account (automountServiceAccountToken)"};
    if (auto ns = read_file(folder / "namespace")) config->default_namespace = without_line_end(*std::move(ns));
    return config;
}

}  // namespace fairway::k8s
