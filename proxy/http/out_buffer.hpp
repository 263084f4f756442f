// Bytes on their way out: message heads and small bodies are appended to one contiguous block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace fairway::proxy {

/// Grows as needed and keeps its memory when cleared, so that a buffer which is used again does not allocate. Views of
/// its content end with the next append.
class OutBuffer {
public:
    OutBuffer() = default;
    OutBuffer(OutBuffer&&) noexcept = default;
    OutBuffer& operator=(OutBuffer&&) noexcept = default;

    std::string_view view() const noexcept { return {bytes_.get(), size_}; }
    const char* data() const noexcept { return bytes_.get(); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    std::size_t capacity() const noexcept { return capacity_; }

    void clear() noexcept { size_ = 0; }
    /// Gives the memory back when it has grown beyond `bytes`; for buffers that outlive an unusually large message.
    void shrink_if_above(std::size_t bytes) noexcept;

    void append(std::string_view text) {
        char* const at = extend(text.size());
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
    }
    void append(char c) { *extend(1) = c; }
    void append_decimal(std::uint64_t number);
    /// "%2F" for '/': RFC 3986 section 2.1.
    void append_percent_encoded(char c) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        char* const at = extend(3);
        at[0] = '%';
        at[1] = kDigits[byte >> 4];
        at[2] = kDigits[byte & 15];
    }
    /// `text`, with every byte percent-encoded for which `must_escape`, bool(char), is true.
    template <class Predicate>
    void append_percent_encoded(std::string_view text, Predicate must_escape) {
        for (const char c : text)
            if (must_escape(c))
                append_percent_encoded(c);
            else
                append(c);
    }

    /// "name: value\r\n". Both must be free of CR, LF and NUL, as everything is that came through a parser.
    void append_field(std::string_view name, std::string_view value) {
        char* at = extend(name.size() + value.size() + 4);
        at = copy(at, name);
        *at++ = ':';
        *at++ = ' ';
        at = copy(at, value);
        *at++ = '\r';
        *at = '\n';
    }

    /// Adds `size` bytes and gives the place to write them to.
    char* extend(std::size_t size) {
        if (capacity_ - size_ < size) grow(size);
        char* const at = bytes_.get() + size_;
        size_ += size;
        return at;
    }

private:
    static char* copy(char* at, std::string_view text) noexcept {
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
        return at + text.size();
    }
    void grow(std::size_t more);

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace fairway::proxy
