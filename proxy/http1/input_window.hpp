// The bytes received on an HTTP/1 connection and not used yet: a window that slides over one buffer.
#pragma once

#include <cstring>
#include <string_view>
#include <utility>

#include "proxy/io/buffer_pool.hpp"

namespace fairway::proxy::http1 {

class InputWindow {
public:
    std::string_view bytes() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }
    bool has_buffer() const noexcept { return static_cast<bool>(buffer_); }

    void consume(std::size_t count) noexcept { begin_ += count; }

    /// Where the next bytes go. An empty window starts over at the front of its buffer, and a full one moves there.
    std::span<char> free_space() noexcept {
        if (empty()) {
            begin_ = end_ = 0;
        } else if (end_ == buffer_.size() && begin_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= std::exchange(begin_, 0);
        }
        return buffer_.span().subspan(end_);
    }
    void received(std::size_t count) noexcept { end_ += count; }

    /// Puts `buffer`, which must be large enough, under the bytes that are there.
    void move_to(io::Buffer buffer) noexcept {
        if (!empty()) std::memcpy(buffer.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        buffer_ = std::move(buffer);
    }
    /// Consumes `count` bytes and gives the buffer they are in away, so that views into them stay valid; what follows
    /// them moves to another buffer of `buffers`.
    io::Buffer detach_front(std::size_t count, io::BufferPool& buffers) {
        consume(count);
        io::Buffer front = std::move(buffer_);
        const std::size_t rest = end_ - begin_;
        if (rest > 0) {
            buffer_ = rest <= io::BufferPool::kSmall ? buffers.small() : buffers.large();
            std::memcpy(buffer_.data(), front.data() + begin_, rest);
        }
        begin_ = 0;
        end_ = rest;
        return front;
    }
    std::size_t capacity() const noexcept { return buffer_.size(); }
    /// Gives the buffer back; only when empty.
    void release() noexcept {
        begin_ = end_ = 0;
        buffer_ = io::Buffer{};
    }

private:
    io::Buffer buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace fairway::proxy::http1
