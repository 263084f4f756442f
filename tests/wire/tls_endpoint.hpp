// TLS on the endpoint's side of a test.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "wire/tls_client.hpp"

namespace fairway::wire {

/// Shows a self-made certificate, and chooses "h2" when the proxy offers it (ALPN).
std::unique_ptr<SSL_CTX, FreeTls> http2_server_context();

}  // namespace fairway::wire
