#include "proxy/fastcgi/records.hpp"

#include <algorithm>

namespace fairway::proxy::fastcgi {

namespace {

constexpr unsigned char kVersion = 1;
constexpr unsigned char kRequestId = 1;
constexpr unsigned char kResponder = 1;

constexpr std::size_t number(unsigned char high, unsigned char low) noexcept {
    return static_cast<std::size_t>(high) << 8 | low;
}

}  // namespace

RecordHeader record_header(RecordType type, std::size_t content_bytes) noexcept {
    return {static_cast<char>(kVersion),
            static_cast<char>(type),
            0,
            static_cast<char>(kRequestId),
            static_cast<char>(content_bytes >> 8),
            static_cast<char>(content_bytes & 0xff),
            0,
            0};
}

std::array<char, 2 * kHeaderBytes> begin_request_record() noexcept {
    std::array<char, 2 * kHeaderBytes> record{};
    std::ranges::copy(record_header(RecordType::begin_request, kHeaderBytes), record.begin());
    record[kHeaderBytes + 1] = static_cast<char>(kResponder);  // flags stay 0: no FCGI_KEEP_CONN
    return record;
}

bool RecordReader::take_header() noexcept {
    fixed_size_ = 0;
    type_ = static_cast<RecordType>(fixed_[1]);
    content_left_ = number(fixed_[4], fixed_[5]);
    padding_left_ = fixed_[6];
    if (fixed_[0] != kVersion || number(fixed_[2], fixed_[3]) != kRequestId) return false;
    if (type_ == RecordType::end_request) return content_left_ == kHeaderBytes;
    return type_ == RecordType::output || type_ == RecordType::errors;
}

RecordReader::Step RecordReader::next(std::string_view bytes) noexcept {
    for (std::size_t at = 0;;) {
        const std::string_view rest = bytes.substr(at);
        if (rest.empty()) return {Found::nothing, at};
        const bool in_stream = content_left_ > 0 && type_ != RecordType::end_request;
        if (in_stream) {
            const std::string_view data = rest.substr(0, content_left_);
            content_left_ -= data.size();
            return {type_ == RecordType::output ? Found::output : Found::errors, at + data.size(), data};
        }
        if (content_left_ == 0 && padding_left_ > 0) {
            const std::size_t skipped = std::min(padding_left_, rest.size());
            padding_left_ -= skipped;
            at += skipped;
            continue;
        }
        const std::size_t taken = std::min(kHeaderBytes - fixed_size_, rest.size());
        std::copy_n(rest.begin(), taken, fixed_.begin() + static_cast<std::ptrdiff_t>(fixed_size_));
        fixed_size_ += taken;
        at += taken;
        if (fixed_size_ < kHeaderBytes) return {Found::nothing, at};
        if (content_left_ > 0) return {Found::end, at, {}, static_cast<ProtocolStatus>(fixed_[4])};
        if (!take_header()) return {Found::malformed, at};
    }
}

}  // namespace fairway::proxy::fastcgi
