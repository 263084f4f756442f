// What OpenSSL asks us about sessions to resume: to keep, find and drop one, and the key of a ticket.
#pragma once

#include "tls/openssl.hpp"

namespace fairway::tls {

/// @param context  already has its ContextState, whose ticket keys and session cache are used.
void set_resumption_callbacks(SSL_CTX& context);

}  // namespace fairway::tls
