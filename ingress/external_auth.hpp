// Servers that decide whether requests may pass, as annotations auth-* or the keys global-auth-* describe them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingress/url_server.hpp"
#include "routing/policy/external_auth.hpp"

namespace fairway::ingress {

struct ExternalAuthSettings {
    ServerUrl url;
    routing::ExternalAuth policy;  ///< all but what the host decides: servers, tls, host
    bool global = false;           ///< of the ConfigMap

    /// For messages.
    std::string_view origin() const { return global ? "ConfigMap key global-auth-url" : "annotation auth-url"; }
    bool operator==(const ExternalAuthSettings&) const = default;
};

/// The server on one host of a rule: where it is, and TLS towards it.
struct AuthServer {
    BackendKey backend;
    std::shared_ptr<const tls::ClientContext> tls;  ///< null: http
};

/// The policy of the routes of one host.
routing::ExternalAuth external_auth_on(const ExternalAuthSettings& settings, const AuthServer& server,
                                       std::string_view rule_host, routing::BackendId servers);

/// Why routes of a host are closed whose rule does not name it.
std::string unknown_auth_host(const ExternalAuthSettings& settings);

}  // namespace fairway::ingress
