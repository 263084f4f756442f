#include "proxy/http1/chunked.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/http/byte_class.hpp"

namespace fairway::proxy::http1 {

namespace {

constexpr std::uint8_t kMaxSizeDigits = 15;  // 2^60 - 1: far from overflow on both sides

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view input) noexcept {
    std::size_t at = 0;
    const auto fail = [&] {
        position_ = Position::failed;
        return Step{State::error, {}, at};
    };
    while (at < input.size()) {
        const char c = input[at];
        switch (position_) {
            case Position::size_start:
            case Position::size: {
                const int digit = ascii::hex_value(c);
                if (digit >= 0) {
                    if (++digits_ > kMaxSizeDigits) return fail();
                    remaining_ = remaining_ * 16 + static_cast<unsigned>(digit);
                    position_ = Position::size;
                } else if (position_ == Position::size_start || (c != '\r' && c != ';')) {
                    return fail();
                } else {
                    position_ = c == '\r' ? Position::size_lf : Position::extension;
                    line_bytes_ = 1;
                }
                ++at;
                break;
            }
            case Position::extension:
                if (c == '\r')
                    position_ = Position::size_lf;
                else if (!is_value_byte(c) || ++line_bytes_ > kMaxExtensionBytes)
                    return fail();
                ++at;
                break;
            case Position::size_lf:
                if (c != '\n') return fail();
                ++at;
                digits_ = 0;
                if (remaining_ == 0) {
                    position_ = Position::done;
                    return {State::trailers, {}, at};
                }
                position_ = Position::data;
                break;
            case Position::data: {
                const auto size = std::min<std::uint64_t>(remaining_, input.size() - at);
                remaining_ -= size;
                if (remaining_ == 0) position_ = Position::data_cr;
                const auto data = input.substr(at, static_cast<std::size_t>(size));
                return {State::data, data, at + data.size()};
            }
            case Position::data_cr:
                if (c != '\r') return fail();
                position_ = Position::data_lf;
                ++at;
                break;
            case Position::data_lf:
                if (c != '\n') return fail();
                position_ = Position::size_start;
                ++at;
                break;
            case Position::done: return {State::trailers, {}, at};
            case Position::failed: return fail();
        }
    }
    if (position_ == Position::done) return {State::trailers, {}, at};
    if (position_ == Position::failed) return fail();
    return {State::more, {}, at};
}

std::string_view chunk_head(std::uint64_t size, std::array<char, 20>& out) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char* at = out.data() + out.size();
    *--at = '\n';
    *--at = '\r';
    do {
        *--at = kDigits[size % 16];
        size /= 16;
    } while (size != 0);
    return {at, static_cast<std::size_t>(out.data() + out.size() - at)};
}

}  // namespace fairway::proxy::http1
