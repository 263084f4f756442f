// Where the API server is, and as whom to speak to it: from a pod's service account, from a kubeconfig, or from a URL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace fairway::k8s {

struct ClientConfig {
    std::string host;  ///< DNS name or IP address, IPv6 without brackets
    std::uint16_t port = 443;
    bool tls = true;
    std::string path_prefix;            ///< of the server's URL, without final slash; mostly empty
    std::string ca_pem;                 ///< empty: the system's certificate authorities
    bool insecure_skip_verify = false;  ///< kubeconfig insecure-skip-tls-verify
    std::string server_name;            ///< kubeconfig tls-server-name; empty: `host`
    std::string certificate_pem;        ///< of the client; empty: none
    std::string key_pem;
    std::string token;                 ///< bearer token; empty: see token_file
    std::filesystem::path token_file;  ///< read again as it rotates; empty: no token
    std::string default_namespace = "default";

    /// "https://198.18.0.1:6443", for people.
    std::string url() const;
    /// Field Host (RFC 9110 section 7.2): an IPv6 address in brackets, the port unless it is the scheme's own.
    std::string authority() const;
};

/// A variable of the environment; std::nullopt when it is not set.
using GetVariable = std::function<std::optional<std::string>(const char* name)>;

/// Of a pod: KUBERNETES_SERVICE_HOST and _PORT, and the service account that is mounted.
/// @param folder  /var/run/secrets/kubernetes.io/serviceaccount; holds token, ca.crt and namespace.
/// Errors: not in a pod; a file that is not there.
Result<ClientConfig> in_cluster_config(const GetVariable& variable, const std::filesystem::path& folder);

/// clusters, users and contexts of a kubeconfig (kubectl's format, v1 Config).
/// @param context  empty: its current-context.
/// Errors: unknown names, unreadable files, and ways to log in that need a program (exec, auth-provider) or a password.
Result<ClientConfig> kubeconfig(const std::filesystem::path& file, const std::string& context = {});

/// --apiserver-host: "http://HOST:PORT" or "https://HOST:PORT", without any credentials.
/// @param certificate_authority  PEM; empty: the authorities of the system.
Result<ClientConfig> config_of_url(const std::string& url, const std::filesystem::path& certificate_authority = {});

}  // namespace fairway::k8s
