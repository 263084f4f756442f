// Servers that annotations and ConfigMap keys name by URL, such as auth-url: where their addresses come from.
//
// A name of a Service, "NAME.NAMESPACE.svc" with or without the cluster's domain, means the endpoints of that Service; any
// other name is asked for in DNS as names of ExternalName Services are, and follows it; an address is taken as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ingress/backend_registry.hpp"

namespace fairway::ingress {

/// "http://host:port/path?query" in parts. nginx variables may stand in the path and query; as the host only $host and
/// $server_name, which mean the host of the rule.
struct ServerUrl {
    bool https = false;
    std::string host;            ///< in lower case, without brackets; empty: that of the rule
    std::uint16_t port = 0;      ///< that of the scheme when the URL has none
    bool names_port = false;     ///< the URL has one
    std::string path_and_query;  ///< "/" at least

    /// Host field for it, on the host of a rule.
    std::string authority(std::string_view rule_host) const;
    bool operator==(const ServerUrl&) const = default;
};

/// Errors: neither http nor https, no host, a port that is none, variables other than those two in the host, user
/// information, "localhost", white space or control bytes anywhere.
Result<ServerUrl> parse_server_url(std::string_view text);

/// How the cluster names its Services.
struct ServiceNames {
    std::string cluster_domain = "cluster.local";
    std::string
        watch_namespace{};  ///< Services of others are not known, and so their names are left to DNS; empty: all are

    bool operator==(const ServiceNames&) const = default;
};

/// The backend to register for the server, on the host of a rule. nullopt: the URL takes the host of the rule, which is a
/// wildcard or stands for every host, so that the client would choose the server.
std::optional<BackendKey> server_backend(const ServerUrl& url, std::string_view rule_host, const ServiceNames& names);

/// The endpoints of a backend that stands for a host of a URL: its Service has no namespace.
ServiceEndpoints url_endpoints(const NameAnswers* names, const std::string& host, std::string_view port);

}  // namespace fairway::ingress
