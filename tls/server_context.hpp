// The SSL_CTX of a listener: protocol settings, session cache and ticket keys. One for all workers; replaced only when
// the settings change, so sessions outlive every change of certificates.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "tls/server_config.hpp"
#include "tls/ticket_keys.hpp"

struct ssl_ctx_st;  // SSL_CTX

namespace fairway::tls {

/// Thread-safe: OpenSSL locks the session cache inside, and nothing else changes after create().
class ServerContext {
public:
    /// @param previous  its ticket keys go on, so that a change of ciphers does not cost a full handshake for everyone;
    ///                  may be null.
    /// Errors: the setting by its ConfigMap key, the item in it, and what to write.
    static Result<std::shared_ptr<const ServerContext>> create(const ServerSettings& settings,
                                                               const ServerContext* previous);

    ServerContext(const ServerContext&) = delete;
    ServerContext& operator=(const ServerContext&) = delete;
    ~ServerContext();

    /// An SSL of this context in accept state that chooses certificates from `config`, which must outlive its handshake.
    ssl_st* new_session(const ServerConfig& config) const;

    const ServerSettings& settings() const noexcept { return settings_; }

    /// nullptr without session tickets.
    const std::shared_ptr<TicketKeys>& ticket_keys() const noexcept { return ticket_keys_; }

private:
    ServerContext(ssl_ctx_st* context, const ServerSettings& settings, std::shared_ptr<TicketKeys> ticket_keys);

    ssl_ctx_st* context_;  // owned
    ServerSettings settings_;
    std::shared_ptr<TicketKeys> ticket_keys_;
};

}  // namespace fairway::tls
