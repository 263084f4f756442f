// The streams of a connection that closed last, and by whom: decides what a late frame on one of them means.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace fairway::proxy::http2 {

/// nghttp2 forgets a stream when it closes, but RFC 9113 section 5.1 tells frames that were on their way when we reset it
/// (ignored) from frames that a client sends after its own END_STREAM or RST_STREAM (an error).
class ClosedStreams {
public:
    enum class By : std::uint8_t { client, us };

    /// What is known already stays: a stream that we reset is closed a little later.
    void add(std::int32_t id, By by) noexcept {
        if (find(id)) return;
        last_[next_] = {id, by};
        next_ = (next_ + 1) % last_.size();
    }
    std::optional<By> find(std::int32_t id) const noexcept {
        for (const auto& closed : last_)
            if (closed.id == id) return closed.by;
        return {};
    }

private:
    struct Closed {
        std::int32_t id = 0;
        By by = By::client;
    };
    std::array<Closed, 16> last_;
    std::size_t next_ = 0;
};

}  // namespace fairway::proxy::http2
