// A growing text that log lines are written into. Unlike std::string it does not fill fresh room with zeros, and one
// check of the room serves a whole value.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace fairway::proxy {

/// Keeps its memory when cleared, so that a batch of lines allocates only when it outgrows every batch before it.
class LogText {
public:
    /// Room for at least `bytes` after the text; write there, then commit() the end of what was written.
    char* reserve(std::size_t bytes) {
        if (capacity_ - size_ < bytes) grow(bytes);
        return data_.get() + size_;
    }
    void commit(const char* end) noexcept { size_ = static_cast<std::size_t>(end - data_.get()); }

    void append(std::string_view text) {
        char* at = reserve(text.size());
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
        size_ += text.size();
    }
    void append(char c) {
        *reserve(1) = c;
        ++size_;
    }
    /// In decimal.
    void append_number(std::unsigned_integral auto number) {
        char* at = reserve(20);
        commit(std::to_chars(at, at + 20, number).ptr);
    }

    std::string_view view() const noexcept { return {data_.get(), size_}; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    std::size_t capacity() const noexcept { return capacity_; }
    void clear() noexcept { size_ = 0; }

private:
    static constexpr std::size_t kFirstBytes = 256;

    void grow(std::size_t bytes) {
        const std::size_t capacity = std::max({size_ + bytes, 2 * capacity_, kFirstBytes});
        auto data = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ > 0) std::memcpy(data.get(), data_.get(), size_);
        data_ = std::move(data);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace fairway::proxy
