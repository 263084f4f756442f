#include "proxy/fastcgi/input_records.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairway::proxy::fastcgi {

InputRecords::InputRecords(std::span<const iovec> body, bool last) noexcept : body_(body), end_is_left_(last) {
    FAIRWAY_ASSERT(body.size() <= kMaxRuns, "bodies come in few runs");
    for (const iovec& run : body) left_ += run.iov_len;
}

iovec InputRecords::header(std::size_t index, std::size_t content_bytes) noexcept {
    headers_[index] = record_header(RecordType::input, content_bytes);
    return {headers_[index].data(), kHeaderBytes};
}

/// From the first run that has bytes left.
iovec InputRecords::take(std::size_t at_most) noexcept {
    while (taken_ == body_.front().iov_len) {
        body_ = body_.subspan(1);
        taken_ = 0;
    }
    const iovec& run = body_.front();
    const std::size_t size = std::min(at_most, run.iov_len - taken_);
    const iovec piece{static_cast<char*>(run.iov_base) + taken_, size};
    taken_ += size;
    left_ -= size;
    return piece;
}

std::size_t InputRecords::next(std::span<iovec, kMaxPieces> pieces) noexcept {
    std::size_t count = 0;
    std::size_t records = 0;
    for (; left_ > 0 && records < kRecordsAtOnce; ++records) {
        std::size_t content = std::min(left_, kMaxContent);
        pieces[count++] = header(records, content);
        while (content > 0) {
            pieces[count] = take(content);
            content -= pieces[count++].iov_len;
        }
    }
    if (left_ == 0 && end_is_left_) {
        pieces[count++] = header(records, 0);
        end_is_left_ = false;
    }
    return count;
}

}  // namespace fairway::proxy::fastcgi
