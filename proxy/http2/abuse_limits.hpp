// How much a peer may ask of an HTTP/2 connection that costs us work and brings no request or response: beyond it, the
// connection gets GOAWAY with ENHANCE_YOUR_CALM (RFC 9113 section 10.5). Every limit: docs/http2.md.
#pragma once

#include <array>
#include <cstdint>

#include "proxy/io/deadline_wheel.hpp"

namespace fairway::proxy::http2 {

enum class Nuisance : std::uint8_t {
    reset,  ///< RST_STREAM from the client, or a stream that it made us reset: "rapid reset"
    ping,
    settings,
    empty_data,   ///< DATA without bytes and without END_STREAM
    priority,     ///< PRIORITY and PRIORITY_UPDATE
    tiny_window,  ///< a window that forces DATA frames of a few bytes
    unknown,      ///< frames of types that nobody knows
};
inline constexpr std::size_t kNuisances = 7;

/// A token bucket for each kind.
class AbuseLimits {
public:
    /// @return false when that was one too many.
    bool allow(Nuisance kind, io::TimePoint now) noexcept;
    /// One of them was called for: it does not count.
    void forgive(Nuisance kind) noexcept;

private:
    struct Bucket {
        float used = 0;
        io::TimePoint since{};
    };
    std::array<Bucket, kNuisances> buckets_;
};

}  // namespace fairway::proxy::http2
