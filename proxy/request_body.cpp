#include "proxy/request_body.hpp"

#include <algorithm>

namespace fairway::proxy {

namespace {

constexpr std::uint64_t kMaxFileOfOne = 4ULL << 30;  // of a body without limit (proxy-body-size 0); more is passed on

}  // namespace

Failure failure_of(BodyStatus status) noexcept {
    switch (status) {
        case BodyStatus::data:
        case BodyStatus::end:
        case BodyStatus::need_input: return Failure::none;
        case BodyStatus::too_large: return Failure::body_too_large;
        case BodyStatus::malformed: return Failure::bad_body;
        case BodyStatus::timeout: return Failure::client_timeout;
        case BodyStatus::truncated: break;
    }
    return Failure::client_gone;
}

Failure RequestBody::begin() {
    const BodyPieces there = downstream_.poll_body();
    if (there.status == BodyStatus::malformed || there.status == BodyStatus::too_large) return failure_of(there.status);
    count_ = there.pieces.size();
    std::copy(there.pieces.begin(), there.pieces.end(), storage_.begin());
    whole_ = there.status == BodyStatus::end || there.last;
    return Failure::none;
}

io::Task<Failure> RequestBody::take_in(const routing::BodyBuffering& buffering, std::chrono::milliseconds timeout) {
    spool_ = std::make_shared<BodySpool>(buffers_, BodySpool::Limits{buffering.request_memory, kMaxFileOfOne});
    bool kept = spool_->append({storage_.data(), count_});
    if (kept) count_ = 0;
    while (kept && !whole_) {
        const BodyPieces more = co_await downstream_.read_body(timeout);
        if (const Failure failure = failure_of(more.status); failure != Failure::none) co_return failure;
        whole_ = more.last || more.status == BodyStatus::end;
        kept = spool_->append(more.pieces);
        if (kept) continue;
        count_ = more.pieces.size();
        std::copy(more.pieces.begin(), more.pieces.end(), storage_.begin());
    }
    co_return Failure::none;
}

std::span<const iovec> RequestBody::first() {
    position_ = 0;
    storage_sent_ = false;
    if (left_out_) return {};
    if (spool_ && spool_->size() > 0) {
        const auto pieces = spool_->read(0, reader_);
        for (const iovec& piece : pieces) position_ += piece.iov_len;
        return pieces;
    }
    storage_sent_ = true;
    return {storage_.data(), count_};
}

bool RequestBody::first_is_all() const noexcept {
    if (left_out_) return true;
    const bool kept_sent = (!spool_ || position_ == spool_->size()) && (storage_sent_ || count_ == 0);
    return whole_ && kept_sent && (length() || !has_trailers());
}

io::Task<BodyPieces> RequestBody::next(std::chrono::milliseconds timeout) {
    if (left_out_) co_return BodyPieces{BodyStatus::end, {}, 0, true};
    if (spool_ && position_ < spool_->size()) {
        BodyPieces kept{.status = BodyStatus::data, .pieces = spool_->read(position_, reader_)};
        if (kept.pieces.empty()) co_return BodyPieces{BodyStatus::truncated};  // the file could not be read
        for (const iovec& piece : kept.pieces) kept.bytes += piece.iov_len;
        position_ += kept.bytes;
        kept.last = whole_ && count_ == 0 && position_ == spool_->size();
        co_return kept;
    }
    if (!storage_sent_ && count_ > 0) {
        storage_sent_ = true;
        beyond_kept_ = true;
        BodyPieces rest{.status = BodyStatus::data, .pieces = {storage_.data(), count_}};
        for (const iovec& piece : rest.pieces) rest.bytes += piece.iov_len;
        rest.last = whole_;
        co_return rest;
    }
    if (whole_ || downstream_.body_complete()) co_return BodyPieces{BodyStatus::end, {}, 0, true};
    beyond_kept_ = true;
    co_return co_await downstream_.read_body(timeout);
}

std::optional<std::uint64_t> RequestBody::length() const {
    if (left_out_) return 0;
    if (!spool_ || !whole_ || count_ > 0 || has_trailers()) return std::nullopt;
    return spool_->size();
}

void RequestBody::leave_out() {
    left_out_ = true;
    beyond_kept_ = false;
}

}  // namespace fairway::proxy
