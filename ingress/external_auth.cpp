#include "ingress/external_auth.hpp"

#include <fmt/format.h>

namespace fairway::ingress {

routing::ExternalAuth external_auth_on(const ExternalAuthSettings& settings, const AuthServer& server,
                                       std::string_view rule_host, routing::BackendId servers) {
    auto policy = settings.policy;
    policy.servers = servers;
    policy.tls = server.tls;
    policy.host = settings.url.authority(rule_host);
    return policy;
}

std::string unknown_auth_host(const ExternalAuthSettings& settings) {
    return fmt::format("{}: its host is that of the rule, which names no single host; clients would choose the server",
                       settings.origin());
}

}  // namespace fairway::ingress
