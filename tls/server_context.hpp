// The SSL_CTX of a listener: protocol settings, session cache and ticket keys. One for all workers; replaced only when
// the settings change, so sessions outlive every change of certificates.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "tls/server_config.hpp"

struct ssl_ctx_st;  // SSL_CTX

namespace fairway::tls {

struct ContextState;  // context_state.hpp

/// Thread-safe: session cache and ticket keys have their locks, and nothing else changes after create().
class ServerContext {
public:
    /// @param previous  its ticket keys and sessions go on, so that a change of ciphers does not cost everyone a full
    ///                  handshake; may be null.
    /// Errors: the setting by its ConfigMap key, the item in it, and what to write.
    static Result<std::shared_ptr<const ServerContext>> create(const ServerSettings& settings,
                                                               const ServerContext* previous);

    ServerContext(const ServerContext&) = delete;
    ServerContext& operator=(const ServerContext&) = delete;
    ~ServerContext();

    /// An SSL of this context in accept state that chooses certificates from `config`, which must outlive its handshake.
    ssl_st* new_session(const ServerConfig& config) const;

    const ServerSettings& settings() const noexcept;
    const ContextState& state() const noexcept;

private:
    explicit ServerContext(ssl_ctx_st* context);  // takes it over

    ssl_ctx_st* context_;
};

}  // namespace fairway::tls
