#include "proxy/http1/body_reader.hpp"

#include <algorithm>

namespace fairway::proxy::http1 {

void BodyReader::start(io::Connection& connection, InputWindow& window, io::BufferPool& buffers, Framing framing,
                       std::uint64_t content_length, const HeadLimits& trailer_limits) {
    connection_ = &connection;
    window_ = &window;
    buffers_ = &buffers;
    trailer_limits_ = trailer_limits;
    framing_ = framing;
    remaining_ = content_length;
    bytes_read_ = 0;
    in_trailers_ = false;
    chunks_ = ChunkedDecoder{};
    trailers_scanned_ = 0;
    trailers_.clear();
    complete_ = framing == Framing::none || (framing == Framing::content_length && content_length == 0);
}

BodyPieces BodyReader::poll() {
    if (complete_) return finish(BodyStatus::end);
    for (;;) {
        const BodyPieces got = poll_window();
        if (got.status != BodyStatus::need_input) return got;

        make_room();
        const auto space = window_->free_space();
        if (space.empty()) return finish(BodyStatus::malformed);  // a trailer section that fills the buffer
        const io::IoResult read = connection_->try_read(space);
        switch (read.status) {
            case io::IoStatus::ok: window_->received(read.bytes); break;
            case io::IoStatus::would_block: return finish(BodyStatus::need_input);
            case io::IoStatus::end:
                if (framing_ != Framing::until_close) return finish(BodyStatus::truncated);
                complete_ = true;
                return finish(BodyStatus::end);
            default: return finish(BodyStatus::truncated);
        }
    }
}

// A body that fills the small buffer is worth a large one: fewer system calls for the same bytes.
void BodyReader::make_room() {
    if (!window_->has_buffer())
        window_->move_to(remaining_ > io::BufferPool::kSmall ? buffers_->for_body() : buffers_->small());
    else if (window_->capacity() == io::BufferPool::kSmall && bytes_read_ > io::BufferPool::kSmall / 2 &&
             (framing_ != Framing::content_length || remaining_ > io::BufferPool::kSmall))
        window_->move_to(buffers_->for_body());
}

BodyPieces BodyReader::poll_window() {
    if (in_trailers_) return poll_trailers();
    if (window_->empty()) return finish(BodyStatus::need_input);
    switch (framing_) {
        case Framing::content_length: return poll_counted();
        case Framing::chunked: return poll_chunked();
        case Framing::until_close: return poll_until_close();
        case Framing::none: break;
    }
    return finish(BodyStatus::end);
}

BodyPieces BodyReader::poll_counted() {
    const std::string_view data = window_->bytes().substr(0, remaining_);
    remaining_ -= data.size();
    complete_ = remaining_ == 0;
    return give(data, complete_);
}

BodyPieces BodyReader::poll_until_close() { return give(window_->bytes(), false); }

BodyPieces BodyReader::poll_chunked() {
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < pieces_.size()) {
        const auto step = chunks_.next(window_->bytes());
        window_->consume(step.consumed);
        if (step.state == ChunkedDecoder::State::error) return finish(BodyStatus::malformed);
        if (step.state == ChunkedDecoder::State::more) break;
        if (step.state == ChunkedDecoder::State::trailers) {
            in_trailers_ = true;
            break;
        }
        pieces_[count++] = {const_cast<char*>(step.data.data()), step.data.size()};
        bytes += step.data.size();
    }
    bytes_read_ += bytes;
    if (bytes == 0) return in_trailers_ ? poll_trailers() : finish(BodyStatus::need_input);
    if (in_trailers_) {
        // The whole end is often there already: then the last bytes and the end leave together.
        const BodyPieces end = poll_trailers();
        if (end.status != BodyStatus::end && end.status != BodyStatus::need_input) return end;
    }
    return {BodyStatus::data, {pieces_.data(), count}, bytes, complete_};
}

BodyPieces BodyReader::poll_trailers() {
    const HeadResult parsed = parse_trailers(window_->bytes(), trailers_scanned_, trailer_limits_, trailers_);
    if (parsed.error == HeadError::incomplete) return finish(BodyStatus::need_input);
    if (parsed.error != HeadError::none) return finish(BodyStatus::malformed);
    window_->consume(parsed.consumed);
    complete_ = true;
    return finish(BodyStatus::end);
}

BodyPieces BodyReader::give(std::string_view data, bool last) {
    window_->consume(data.size());
    bytes_read_ += data.size();
    pieces_[0] = {const_cast<char*>(data.data()), data.size()};
    return {BodyStatus::data, {pieces_.data(), 1}, data.size(), last};
}

BodyPieces BodyReader::finish(BodyStatus status) { return {status, {}, 0, status == BodyStatus::end}; }

}  // namespace fairway::proxy::http1
