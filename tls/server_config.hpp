// What a TLS listener needs: protocol settings and certificates by SNI, at one moment.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/certificate_store.hpp"
#include "tls/host_settings.hpp"

struct ssl_st;  // SSL

namespace fairway::tls {

class ServerContext;  // server_context.hpp: SSL_CTX, session cache and ticket keys, shared by all workers

/// ConfigMap keys ssl-protocols, ssl-ciphers, ssl-ecdh-curve, ssl-session-*, ssl-reject-handshake, ….
struct ServerSettings {
    std::string protocols = "TLSv1.2 TLSv1.3";
    std::string ciphers = {};  ///< OpenSSL list for TLS <= 1.2; empty = ingress-nginx's default list
    std::string curves = "auto";
    bool session_cache = true;
    std::uint32_t session_cache_entries = 40'000;  ///< "10m" in nginx's measure of 4,000 sessions a megabyte
    std::uint32_t session_timeout_seconds = 600;
    bool session_tickets = false;
    std::string session_ticket_key = {};  ///< 48 or 80 raw bytes; empty = random per process, rotated
    bool prefer_server_ciphers = true;
    bool reject_unknown_names = false;                             ///< ssl-reject-handshake
    std::vector<std::string> alpn_protocols = {"h2", "http/1.1"};  ///< in our order of preference
    std::string dh_parameters_pem = {};  ///< ssl-dh-param, for DHE ciphers; empty: none of them is ever chosen

    bool operator==(const ServerSettings&) const = default;
};

/// Immutable; part of a Snapshot. Certificates change without touching sessions: the context is shared with the
/// configuration before when the settings are equal.
class ServerConfig {
public:
    /// @param previous  its context is taken over when `settings` equal its own; may be null.
    /// @param hosts     null: no host has settings of its own.
    /// Errors: a protocol, cipher or curve list that OpenSSL refuses, named.
    static Result<std::shared_ptr<const ServerConfig>> create(const ServerSettings& settings,
                                                              std::shared_ptr<const CertificateStore> certificates,
                                                              const ServerConfig* previous,
                                                              std::shared_ptr<const HostSettingsMap> hosts = nullptr);

    /// A new server-side SSL in accept state without a descriptor or BIO, choosing its certificate from this
    /// configuration. The caller owns it (SSL_free) and keeps this ServerConfig alive until the handshake is over.
    ssl_st* new_session() const;

    const CertificateStore& certificates() const noexcept;
    /// What a handshake for this name has beside settings(); nullptr: nothing.
    const HostSettings* host_settings(std::string_view server_name) const noexcept {
        return hosts_ ? hosts_->select(server_name) : nullptr;
    }
    /// What the handshake of a session from new_session() was given of host_settings(), whatever name it ended with. Valid
    /// as long as this configuration.
    static const HostSettings* applied_settings(const ssl_st& session) noexcept;
    const ServerSettings& settings() const noexcept;

    /// The SSL_CTX with its sessions and ticket keys. Two configurations of equal settings, one made with the other as
    /// `previous`, have the same.
    const ServerContext& context() const noexcept;

private:
    ServerConfig(std::shared_ptr<const ServerContext> context, std::shared_ptr<const CertificateStore> certificates,
                 std::shared_ptr<const HostSettingsMap> hosts);

    std::shared_ptr<const ServerContext> context_;
    std::shared_ptr<const CertificateStore> certificates_;
    std::shared_ptr<const HostSettingsMap> hosts_;
};

}  // namespace fairway::tls
