#include "proxy/http2/outgoing_body.hpp"

#include <algorithm>
#include <utility>

#include "proxy/http2/frame_connection.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::size_t kTinyFrame = 64;    // bytes; a window that allows no more costs more than it carries
constexpr std::size_t kGoodFrame = 1024;  // makes good for a tiny one: any window has a few bytes left over at its end

}  // namespace

void OutgoingBody::begin(std::span<const iovec> pieces, bool last, const FieldList* trailers) {
    pieces_ = pieces;
    offset_ = left_ = 0;
    for (const iovec& piece : pieces) left_ += piece.iov_len;
    last_ = last;
    trailers_ = trailers != nullptr && !trailers->empty() ? trailers : nullptr;
    pending_ = true;
    position_ = 0;
}

void OutgoingBody::begin_head() noexcept {
    pending_ = head_ = true;
    position_ = 0;
}

void OutgoingBody::head_framed() noexcept {
    if (!std::exchange(head_, false)) return;
    pending_ = false;
    position_ = connection_.output().queued();
}

void OutgoingBody::stop() {
    pending_ = head_ = false;
    connection_.output().copy_in_place();
}

std::ptrdiff_t OutgoingBody::next_frame(std::size_t room, std::uint32_t& flags) {
    if (!pending_) return NGHTTP2_ERR_DEFERRED;
    const std::size_t size = std::min(room, left_);
    if (size < kTinyFrame && size < left_) connection_.note(Nuisance::tiny_window);
    if (size >= kGoodFrame) connection_.forgive(Nuisance::tiny_window);
    if (size == left_ && last_) {
        flags |= NGHTTP2_DATA_FLAG_EOF;
        if (trailers_ != nullptr) {
            flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            submit_trailers();
        }
    }
    if (size > 0)
        flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    else
        pending_ = false;
    return static_cast<std::ptrdiff_t>(size);
}

void OutgoingBody::submit_trailers() {
    FieldBlock& block = connection_.field_block();
    block.set_trailers(*trailers_);
    nghttp2_submit_trailer(connection_.h2(), stream_, block.data(), block.size());
}

void OutgoingBody::queue(std::size_t size) {
    left_ -= size;
    while (size > 0) {
        const iovec& piece = pieces_.front();
        const std::size_t taken = std::min(size, piece.iov_len - offset_);
        connection_.output().append_in_place({static_cast<const char*>(piece.iov_base) + offset_, taken});
        size -= taken;
        offset_ += taken;
        if (offset_ < piece.iov_len) continue;
        pieces_ = pieces_.subspan(1);
        offset_ = 0;
    }
    position_ = connection_.output().queued();
    if (left_ == 0) pending_ = false;
}

}  // namespace fairway::proxy::http2
