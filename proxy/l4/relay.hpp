// Relay: bytes both ways between two TCP connections, each end passed on as what it was.
#pragma once

#include <chrono>
#include <optional>

#include "proxy/io/buffer_pool.hpp"
#include "proxy/io/connection.hpp"
#include "proxy/metrics.hpp"

namespace fairway::proxy::l4 {

enum class RelayEnd : std::uint8_t {
    orderly,  ///< both sides said that they send no more
    reset,    ///< one side broke: the other must see that too
    idle,     ///< nothing moved in either direction for the idle time
};

/// Holds no buffer while it waits for bytes, and one for each direction that waits for its reader.
class Relay {
public:
    /// All arguments outlive the relay. @param counters  bytes are added as they move.
    Relay(io::BufferPool& buffers, io::Connection& client, io::Connection& endpoint, std::chrono::milliseconds idle,
          StreamCounters& counters);
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// Ends when both directions have. An end of one side is passed on and the other direction goes on (half-close).
    io::Task<RelayEnd> run();

    std::uint64_t received_bytes() const noexcept { return from_client_.bytes; }
    std::uint64_t sent_bytes() const noexcept { return from_endpoint_.bytes; }

private:
    static constexpr int kReadsPerTurn = 16;  // then others have their turn

    /// One direction, and the watch for a side that breaks while nobody reads from it.
    struct Direction final : io::Waiter {
        Direction(Relay& owner, io::Connection& source, io::Connection& sink, std::uint64_t& total)
            : relay(owner), in(source), out(sink), counter(total) {}
        void wake(io::Wake reason) override;

        Relay& relay;
        io::Connection& in;
        io::Connection& out;
        std::uint64_t& counter;
        std::uint64_t bytes = 0;
        bool reading = true;
        bool in_broken = false;  // an end that follows is none
    };

    io::Task<void> pump(Direction& direction);
    io::Task<bool> write(Direction& direction, std::span<char> bytes);
    Direction& opposite(Direction& direction) noexcept;
    std::chrono::milliseconds idle_left() const;
    /// True when the wait was for nothing, and the relay is over.
    bool gave_up(io::Wake why);
    void end(RelayEnd how);

    io::BufferPool& buffers_;
    std::chrono::milliseconds idle_;
    io::TimePoint moved_;
    Direction from_client_;
    Direction from_endpoint_;
    std::optional<RelayEnd> end_;  // not orderly
};

}  // namespace fairway::proxy::l4
