// What OpenSSL asks us during a server handshake: is the name known, which certificate, which protocol.
#pragma once

#include "tls/openssl.hpp"

namespace fairway::tls {

class ServerConfig;
struct HostSettings;

/// @param context  already has its ContextState.
void set_handshake_callbacks(SSL_CTX& context);

/// Binds a session to the configuration its certificate comes from.
void attach_config(SSL& session, const ServerConfig& config);

/// ServerConfig::applied_settings().
const HostSettings* applied_host_settings(const SSL& session) noexcept;

}  // namespace fairway::tls
