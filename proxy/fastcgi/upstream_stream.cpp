#include "proxy/fastcgi/upstream_stream.hpp"

#include "proxy/fastcgi/input_records.hpp"
#include "proxy/fastcgi/params_writer.hpp"
#include "proxy/fastcgi/request_params.hpp"

namespace fairway::proxy::fastcgi {

namespace {

using Found = RecordReader::Found;

/// Errors, padding and empty records that may come before the head is complete, and between two pieces of the body. More
/// would keep the worker from all else.
constexpr std::size_t kMaxBytesBeside = 1 << 20;

}  // namespace

void UpstreamStream::begin(std::unique_ptr<UpstreamConnection> connection) {
    connection_ = std::move(connection);
    ++connection_->requests;
    response_seen_ = false;
    refused_ = false;
    records_ = RecordReader{};
    head_.begin(limits_);
    bytes_read_ = bytes_beside_ = 0;
    rest_ = {};
    ending_ = BodyStatus::need_input;
}

void UpstreamStream::abandon() noexcept {
    errors_.log(endpoint(), record_, io().source().reactor().now());
    connection_.reset();
    window_.consume(window_.bytes().size());
    window_.release();
}

// --- The request ---

io::Task<io::IoResult> UpstreamStream::send_request(const UpstreamRequest& request, std::span<const iovec> body,
                                                    bool last, std::chrono::milliseconds timeout) {
    const auto begin = begin_request_record();
    request_text_.assign(begin.data(), begin.size());
    ParamsWriter params(request_text_);
    add_params(params, request, record_, local_ip_);
    params.finish();
    return send_records(request_text_, body, last, timeout);
}

io::Task<io::IoResult> UpstreamStream::send_body(std::span<const iovec> body, bool last, const FieldList*,
                                                 std::chrono::milliseconds timeout) {
    return send_records({}, body, last, timeout);
}

io::Task<io::IoResult> UpstreamStream::send_records(std::string_view first, std::span<const iovec> body, bool last,
                                                    std::chrono::milliseconds timeout) {
    InputRecords records(body, last);
    std::array<iovec, 1 + InputRecords::kMaxPieces> pieces;
    pieces[0] = {const_cast<char*>(first.data()), first.size()};
    std::size_t written = 0;
    do {
        const std::size_t count = records.next(std::span(pieces).subspan<1>());
        const auto sent = co_await io().write_all({pieces.data(), 1 + count}, timeout);
        written += sent.bytes;
        if (sent.status != io::IoStatus::ok) co_return io::IoResult{sent.status, written};
        pieces[0] = {};
    } while (!records.done());
    co_return io::IoResult{io::IoStatus::ok, written};
}

void UpstreamStream::cut_request() noexcept {
    io().reset_on_close();  // the application must not take what it got for the whole
    io().source().cancel_writer();
}

// --- The response ---

io::IoStatus UpstreamStream::read_more() {
    // All that came before has been used up, but for what stays in records_.
    if (!window_.has_buffer())
        window_.move_to(buffers_.small());
    else if (window_.capacity() == io::BufferPool::kSmall && bytes_read_ > io::BufferPool::kSmall / 2)
        window_.move_to(buffers_.for_body());
    const io::IoResult read = io().try_read(window_.free_space());
    if (read.status == io::IoStatus::ok) window_.received(read.bytes);
    bytes_read_ += read.bytes;
    bytes_beside_ += read.bytes;
    return read.status;
}

HeadStatus UpstreamStream::poll_head(Method request_method, ResponseHead& head) {
    for (;;) {
        while (!window_.empty()) {
            const Step step = records_.next(window_.bytes());
            window_.consume(step.consumed);
            const HeadStatus status = take_head(step, request_method, head);
            if (status != HeadStatus::need_input) return status;
        }
        if (bytes_beside_ > limits_.max_head_bytes + kMaxBytesBeside) return HeadStatus::invalid;
        if (!has_input()) return HeadStatus::need_input;  // no buffer while the application thinks
        const io::IoStatus read = read_more();
        if (read == io::IoStatus::would_block) return HeadStatus::need_input;
        if (read != io::IoStatus::ok) return HeadStatus::closed;
    }
}

HeadStatus UpstreamStream::take_head(const Step& step, Method request_method, ResponseHead& head) {
    using Progress = ResponseHeadReader::Progress;
    switch (step.found) {
        case Found::nothing: return HeadStatus::need_input;
        case Found::malformed: return HeadStatus::invalid;
        case Found::errors: errors_.add(step.data); return HeadStatus::need_input;
        case Found::end:
            refused_ = step.status == ProtocolStatus::overloaded;
            return step.status == ProtocolStatus::complete ? HeadStatus::invalid : HeadStatus::closed;
        case Found::output: break;
    }
    response_seen_ = true;
    const auto taken = head_.take(step.data);
    if (taken.progress == Progress::incomplete) return HeadStatus::need_input;
    rest_ = step.data.substr(taken.bytes);
    const bool good = taken.progress == Progress::complete && head_.parse(request_method, head);
    return good ? HeadStatus::complete : HeadStatus::invalid;
}

void UpstreamStream::begin_body(const ResponseHead& head) {
    bytes_beside_ = 0;
    sized_ = head.framing == Framing::content_length;
    remaining_ = head.content_length;
    if (head.framing == Framing::none || (sized_ && remaining_ == 0)) ending_ = BodyStatus::end;
}

BodyPieces UpstreamStream::poll_body() {
    for (;;) {
        std::size_t count = 0;
        std::size_t bytes = 0;
        if (ending_ == BodyStatus::need_input && !rest_.empty()) add_output(std::exchange(rest_, {}), count, bytes);
        while (ending_ == BodyStatus::need_input && !window_.empty() && count < pieces_.size()) {
            const Step step = records_.next(window_.bytes());
            window_.consume(step.consumed);
            take_body(step, count, bytes);
        }
        if (bytes > 0) return {BodyStatus::data, {pieces_.data(), count}, bytes, ending_ == BodyStatus::end};
        if (ending_ != BodyStatus::need_input) return {ending_, {}, 0, ending_ == BodyStatus::end};
        if (bytes_beside_ > kMaxBytesBeside) return {BodyStatus::malformed};
        const io::IoStatus read = read_more();
        if (read == io::IoStatus::would_block) return {BodyStatus::need_input};
        if (read != io::IoStatus::ok) ending_ = BodyStatus::truncated;  // only END_REQUEST ends a response
    }
}

void UpstreamStream::take_body(const Step& step, std::size_t& count, std::size_t& bytes) {
    switch (step.found) {
        case Found::nothing: return;
        case Found::malformed: ending_ = BodyStatus::malformed; return;
        case Found::errors: return errors_.add(step.data);
        case Found::output: return add_output(step.data, count, bytes);
        case Found::end: break;
    }
    const bool whole = step.status == ProtocolStatus::complete && !sized_;
    ending_ = whole ? BodyStatus::end : BodyStatus::truncated;
}

/// What goes beyond the announced length is dropped, and so is the connection.
void UpstreamStream::add_output(std::string_view data, std::size_t& count, std::size_t& bytes) {
    if (sized_) {
        data = data.substr(0, remaining_);
        remaining_ -= data.size();
        if (remaining_ == 0) ending_ = BodyStatus::end;
    }
    bytes_beside_ = 0;
    pieces_[count++] = {const_cast<char*>(data.data()), data.size()};
    bytes += data.size();
}

const FieldList& UpstreamStream::trailers() const noexcept {
    static const FieldList kNone;
    return kNone;
}

}  // namespace fairway::proxy::fastcgi
