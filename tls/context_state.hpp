// What the callbacks of an SSL_CTX work with. The SSL_CTX owns it, so it is there for as long as any session is, also when
// the configurations are gone.
#pragma once

#include <memory>

#include "tls/openssl.hpp"
#include "tls/server_config.hpp"
#include "tls/session_cache.hpp"
#include "tls/ticket_keys.hpp"

namespace fairway::tls {

struct ContextState {
    ServerSettings settings;
    std::shared_ptr<TicketKeys> ticket_keys;  ///< null without session tickets
    std::shared_ptr<SessionCache> sessions;   ///< null without a session cache

    ContextState() = default;
    ContextState(const ContextState&) = delete;
    ContextState& operator=(const ContextState&) = delete;
    ~ContextState();  ///< wipes the ticket key in `settings`
};

/// Hands `state` over to `context`.
void attach_state(SSL_CTX& context, std::unique_ptr<const ContextState> state);

const ContextState& state_of(const SSL_CTX& context);
const ContextState& state_of(const SSL& session);

}  // namespace fairway::tls
