#include "proxy/http2/frame_scanner.hpp"

#include <algorithm>

namespace fairway::proxy::http2 {

FrameScanner::Found FrameScanner::scan(std::string_view input) noexcept {
    constexpr std::uint8_t kData = 0;
    std::size_t at = 0;
    while (at < input.size()) {
        if (skip_ > 0) {
            const std::size_t skipped = std::min(skip_, input.size() - at);
            skip_ -= skipped;
            at += skipped;
            continue;
        }
        const std::size_t taken = std::min(kFrameHeader - header_bytes_, input.size() - at);
        std::copy_n(input.data() + at, taken, header_.data() + header_bytes_);
        header_bytes_ += taken;
        at += taken;
        if (header_bytes_ < kFrameHeader) break;
        header_bytes_ = 0;
        skip_ = (std::size_t{header_[0]} << 16) | (std::size_t{header_[1]} << 8) | header_[2];
        if (header_[3] != kData) continue;
        const std::uint32_t stream = (std::uint32_t{header_[5]} << 24) | (std::uint32_t{header_[6]} << 16) |
                                     (std::uint32_t{header_[7]} << 8) | header_[8];
        return {at, static_cast<std::int32_t>(stream & 0x7fffffff)};
    }
    return {at, 0};
}

}  // namespace fairway::proxy::http2
