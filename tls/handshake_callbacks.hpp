// What OpenSSL asks us during a server handshake: is the name known, which certificate, which protocol, which ticket key.
#pragma once

#include "tls/openssl.hpp"

namespace fairway::tls {

class ServerConfig;
class ServerContext;

/// Sets the callbacks; `context` owns `ssl_context`.
void set_handshake_callbacks(SSL_CTX& ssl_context, const ServerContext& context);

/// Binds a session to the configuration its certificate comes from.
void attach_config(SSL& session, const ServerConfig& config);

}  // namespace fairway::tls
