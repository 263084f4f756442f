#include "proxy/http/out_buffer.hpp"

#include <algorithm>
#include <charconv>

namespace fairway::proxy {

namespace {

constexpr std::size_t kFirstBytes = 2048;  // an ordinary head with all forwarding fields fits
constexpr std::size_t kMaxDigits = 20;     // 2^64 - 1

}  // namespace

void OutBuffer::grow(std::size_t more) {
    const std::size_t wanted = std::max({size_ + more, capacity_ * 2, kFirstBytes});
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = wanted;
}

void OutBuffer::shrink_if_above(std::size_t bytes) noexcept {
    if (capacity_ <= bytes) return;
    bytes_.reset();
    size_ = 0;
    capacity_ = 0;
}

void OutBuffer::append_decimal(std::uint64_t number) {
    char* const at = extend(kMaxDigits);
    const auto end = std::to_chars(at, at + kMaxDigits, number).ptr;
    size_ -= static_cast<std::size_t>(at + kMaxDigits - end);
}

}  // namespace fairway::proxy
