// Keys that seal session tickets (RFC 5077; TLS 1.3: RFC 8446 section 4.6.1), shared by all workers.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace fairway::tls {

using TicketKeyName = std::array<unsigned char, 16>;

/// One key. Wiped when it goes.
struct TicketKey {
    TicketKeyName name{};
    std::array<unsigned char, 32> hmac_key{};  ///< HMAC-SHA256
    std::array<unsigned char, 32> aes_key{};   ///< AES-CBC
    std::size_t secret_bytes = 32;             ///< used of each: 32 (AES-256), or 16 (AES-128) for a 48-byte key

    TicketKey() = default;
    TicketKey(const TicketKey&) = default;
    TicketKey& operator=(const TicketKey&) = default;
    ~TicketKey();
};

/// The current key, and the one before it, which still opens tickets. Thread-safe: a short lock around a copy.
class TicketKeys {
public:
    using Clock = std::chrono::steady_clock;

    /// Random keys: a new one every `rotation`. A ticket stays good for at least that long, a key for twice as long, after
    /// which nobody can open what it sealed.
    static std::shared_ptr<TicketKeys> random(std::chrono::seconds rotation, Clock::time_point now);

    /// A key from ssl-session-ticket-key, the same in all replicas; laid out as nginx's ssl_session_ticket_key.
    /// @param raw  48 or 80 bytes: the caller has checked that.
    /// @param before  keys in use until now; tickets of its current key stay good. May be null.
    static std::shared_ptr<TicketKeys> fixed(std::string_view raw, const TicketKeys* before);

    /// The key to seal with.
    TicketKey current(Clock::time_point now);

    struct Match {
        TicketKey key;
        bool is_current;  ///< if not, the client should get a new ticket
    };
    /// The key a ticket names, or nothing when it is unknown or too old.
    std::optional<Match> find(const TicketKeyName& name, Clock::time_point now);

private:
    TicketKeys() = default;

    void rotate_if_due(Clock::time_point now);

    mutable std::mutex mutex_;
    TicketKey current_;
    std::optional<TicketKey> previous_;
    std::optional<std::chrono::seconds> rotation_;  // nothing: fixed
    Clock::time_point next_rotation_;
};

}  // namespace fairway::tls
