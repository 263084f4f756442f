// The body of a request as records (FCGI_STDIN), without copying it: headers of ours lie between its bytes.
#pragma once

#include <sys/uio.h>

#include <array>
#include <span>

#include "proxy/fastcgi/records.hpp"

namespace fairway::proxy::fastcgi {

class InputRecords {
public:
    /// @param body  at most kMaxRuns runs, which live as long as this.
    /// @param last  the body ends with them: so does the stream.
    InputRecords(std::span<const iovec> body, bool last) noexcept;

    static constexpr std::size_t kMaxRuns = 16;
    /// A piece for each run, one more where a record ends within it, and one for each header.
    static constexpr std::size_t kMaxPieces = kMaxRuns + 2 * 8 + 1;

    /// As many of the next records as fit. @return how many pieces were written; they are valid until the next call.
    std::size_t next(std::span<iovec, kMaxPieces> pieces) noexcept;
    bool done() const noexcept { return left_ == 0 && !end_is_left_; }

private:
    static constexpr std::size_t kRecordsAtOnce = 8;

    iovec header(std::size_t index, std::size_t content_bytes) noexcept;
    iovec take(std::size_t at_most) noexcept;

    std::span<const iovec> body_;
    std::size_t taken_ = 0;  ///< of the first run
    std::size_t left_ = 0;   ///< bytes in all
    bool end_is_left_;
    std::array<RecordHeader, kRecordsAtOnce + 1> headers_;
};

}  // namespace fairway::proxy::fastcgi
