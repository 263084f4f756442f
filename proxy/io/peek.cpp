#include "proxy/io/peek.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "proxy/io/reactor.hpp"

namespace fairway::proxy::io {

Task<IoResult> peek_more(Source& source, std::span<char> into, std::size_t seen, TimePoint deadline) {
    for (;;) {
        if (source.readable()) {
            const ssize_t there = recv(source.fd(), into.data(), into.size(), MSG_PEEK);
            if (there > 0 && static_cast<std::size_t>(there) > seen)
                co_return IoResult{IoStatus::ok, static_cast<std::size_t>(there)};
            if (there == 0) co_return IoResult{IoStatus::end, 0};
            if (there < 0 && errno == EINTR) continue;
            if (there < 0 && errno != EAGAIN && errno != EWOULDBLOCK) co_return IoResult{IoStatus::error, 0};
            source.mark_drained();  // the kernel reports what comes from now on
            if (source.readable()) co_return IoResult{IoStatus::end, 0};
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - source.reactor().now());
        if (left.count() <= 0) co_return IoResult{IoStatus::timeout, 0};
        const Wake why = co_await readable(source, left);
        if (why == Wake::timeout) co_return IoResult{IoStatus::timeout, 0};
        if (why == Wake::cancelled) co_return IoResult{IoStatus::cancelled, 0};
    }
}

bool take_peeked(Source& source, std::size_t bytes) noexcept {
    std::array<char, 512> waste;
    while (bytes > 0) {
        const ssize_t got = recv(source.fd(), waste.data(), std::min(bytes, waste.size()), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes -= static_cast<std::size_t>(got);
    }
    return true;
}

}  // namespace fairway::proxy::io
