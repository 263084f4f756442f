// Whether the other end of a connection is still there: a PING when it has been silent while it owes something.
#pragma once

#include <algorithm>
#include <chrono>

#include "proxy/io/deadline_wheel.hpp"

namespace fairway::proxy::http2 {

/// gRPC servers end connections on which PING comes more than twice within five minutes without that they sent HEADERS or
/// DATA (gRFC A8). So the first PING goes soon, the next one without an answer in between only after that time.
class Liveness {
public:
    struct Times {
        std::chrono::milliseconds quiet{15'000};     ///< silence before a PING
        std::chrono::milliseconds patience{20'000};  ///< for anything to arrive after it
    };
    enum class Verdict : std::uint8_t { wait, ping, dead };

    explicit Liveness(const Times& times) : times_(times) {}

    /// Something is owed from now on.
    void begin(io::TimePoint now) noexcept { heard_ = std::max(heard_, now); }
    /// Bytes arrived, of whatever kind.
    void heard(io::TimePoint now) noexcept {
        heard_ = now;
        waits_ = false;
    }
    /// HEADERS or DATA arrived.
    void answered() noexcept { may_ping_soon_ = true; }

    /// When check() may say something else than `wait`.
    io::TimePoint due() const noexcept {
        if (waits_) return pinged_ + times_.patience;
        const io::TimePoint quiet = heard_ + times_.quiet;
        return may_ping_soon_ ? quiet : std::max(quiet, pinged_ + kBetweenPings);
    }
    /// What is due while something is owed; after `ping` it is taken for sent.
    Verdict check(io::TimePoint now) noexcept {
        if (now < due()) return Verdict::wait;
        if (waits_) return Verdict::dead;
        pinged_ = now;
        waits_ = true;
        may_ping_soon_ = false;
        return Verdict::ping;
    }

private:
    static constexpr std::chrono::seconds kBetweenPings{310};

    Times times_;
    io::TimePoint heard_{};
    io::TimePoint pinged_{};
    bool waits_ = false;
    bool may_ping_soon_ = true;
};

}  // namespace fairway::proxy::http2
