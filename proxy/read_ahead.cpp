#include "proxy/read_ahead.hpp"

#include <utility>

#include "routing/policy/body_buffering.hpp"

namespace fairway::proxy {

ReadAhead::ReadAhead(WorkerContext& worker, DownstreamStream& downstream, Exchange& exchange, UpstreamStream& upstream,
                     const UploadState& upload, BodyFilter* filter, std::function<void()> on_read)
    : worker_(worker),
      downstream_(downstream),
      exchange_(exchange),
      upstream_(upstream),
      upload_(upload),
      to_client_(downstream),
      filter_(filter != nullptr ? *filter : to_client_),
      on_read_(std::move(on_read)),
      spool_(worker.buffers, {exchange.record.route->policy->body_buffering->response_memory,
                              exchange.record.route->policy->body_buffering->response_file}) {}

io::Task<bool> ReadAhead::run() {
    filler_ = fill();
    filler_.start();
    const bool complete = co_await drain();
    stopped_ = true;
    if (!filler_.done()) {
        // All read: the endpoint may be with somebody else, and fill() is what woke drain() for the end.
        if (!all_read_) upstream_.cancel_wait();
        taken_.fire();
        co_await filler_.join();
    }
    co_return complete;
}

io::Task<void> ReadAhead::fill() {
    const auto timeout = exchange_.record.route->policy->timeouts.read;
    while (!stopped_) {
        const BodyPieces body = upstream_.poll_body();
        if (body.status == BodyStatus::need_input) {
            io::Wake why = io::Wake::cancelled;
            if (upload_.failure == Failure::none)
                why = co_await UpstreamInput(upstream_, downstream_.hangup(), timeout);
            if (why == io::Wake::ready) continue;
            failed_ = true;
            break;
        }
        const bool cut =
            body.status == BodyStatus::end && upload_.broken && exchange_.response.framing == Framing::until_close;
        failed_ = cut || (body.status != BodyStatus::data && body.status != BodyStatus::end);
        if (failed_) break;
        exchange_.record.tries.back().response_bytes += body.bytes;
        if (body.bytes > 0 && !spool_.append(body.pieces)) {
            beyond_spool_ = body.pieces;
            arrived_.fire();
            while (!beyond_spool_.empty() && !stopped_) co_await taken_;
            if (stopped_) break;
        }
        all_read_ = body.last || body.status == BodyStatus::end;
        if (all_read_) break;
        arrived_.fire();
    }
    // Trailers live as long as the exchange with the endpoint.
    if (all_read_ && !stopped_ && upstream_.trailers().empty()) on_read_();
    arrived_.fire();
}

io::Task<bool> ReadAhead::drain() {
    for (;;) {
        if (sent_ < spool_.size()) {
            const auto pieces = spool_.read(sent_, reader_);
            if (pieces.empty()) co_return false;  // the file cannot be read
            std::uint64_t bytes = 0;
            for (const iovec& piece : pieces) bytes += piece.iov_len;
            const bool last = all_read_ && sent_ + bytes == spool_.size();
            if (!co_await send(pieces, last)) co_return false;
            if (last) co_return true;
            sent_ += bytes;
            if (sent_ == spool_.size()) {
                spool_.clear();
                sent_ = 0;
            }
        } else if (!beyond_spool_.empty()) {
            if (!co_await send(beyond_spool_, false)) co_return false;
            beyond_spool_ = {};
            taken_.fire();
        } else if (all_read_) {
            co_return co_await send({}, true);
        } else if (failed_) {
            co_return false;
        } else {
            if (!co_await pause()) co_return false;
            if (sent_ == spool_.size() && beyond_spool_.empty() && !all_read_ && !failed_) co_await arrived_;
        }
    }
}

io::Task<bool> ReadAhead::send(std::span<const iovec> pieces, bool last) {
    const auto sent = co_await filter_.send(pieces, last, last ? &upstream_.trailers() : nullptr);
    co_return sent.status == io::IoStatus::ok;
}

io::Task<bool> ReadAhead::pause() {
    const auto sent = co_await filter_.flush();
    co_return sent.status == io::IoStatus::ok;
}

}  // namespace fairway::proxy
