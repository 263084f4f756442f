#include "proxy/subrequest.hpp"

#include <utility>

namespace fairway::proxy {

namespace {

constexpr int kMaxInterimResponses = 16;  // as for requests of clients

http1::HeadLimits head_limits(const SubrequestLimits& limits) {
    http1::HeadLimits result;
    result.max_line_bytes = limits.max_head_bytes;
    result.max_head_bytes = limits.max_head_bytes;
    return result;
}

}  // namespace

Subrequest::Subrequest(WorkerContext& worker, UpstreamPool& pool, const routing::UpstreamKeepalive& keepalive,
                       const SubrequestLimits& limits)
    : worker_(worker),
      pool_(pool),
      keepalive_(keepalive),
      limits_(limits),
      stream_(pool, keepalive_, worker.buffers, head_limits(limits), head_) {}

io::Task<Failure> Subrequest::ask(UpstreamTarget target, Method method, io::Hangup& client) {
    // What cannot be repeated is not risked on a connection that the other side may have closed this very moment.
    for (bool fresh = !is_idempotent(method);; fresh = true) {
        abandon();
        Failure failure = co_await lease(target, fresh);
        if (failure != Failure::none) co_return failure;
        failure = co_await exchange(method, client);
        const bool stale = failure == Failure::upstream_broken && stream_.reused() && !stream_.response_seen();
        if (!stale) co_return failure;
    }
}

io::Task<Failure> Subrequest::lease(UpstreamTarget target, bool fresh) {
    auto kept = fresh ? nullptr : pool_.take_idle(target.key());
    if (kept) {
        stream_.begin(std::move(kept), true);
        leased_ = true;
        ++worker_.counters.upstream_reused;
        co_return Failure::none;
    }
    auto connected = co_await connect_upstream(worker_.reactor, target, limits_.connect);
    if (!connected.connection) co_return connected.failure;
    ++worker_.counters.upstream_opened;
    stream_.begin(std::move(connected.connection), false);
    leased_ = true;
    co_return Failure::none;
}

io::Task<Failure> Subrequest::exchange(Method method, io::Hangup& client) {
    const auto sent = co_await stream_.send_head_text(limits_.send);
    if (sent.status == io::IoStatus::timeout) co_return Failure::upstream_timeout;
    for (int interim = 0;;) {
        switch (stream_.poll_head(method, response_)) {
            case HeadStatus::invalid: co_return Failure::upstream_invalid;
            case HeadStatus::closed: co_return Failure::upstream_broken;
            case HeadStatus::complete:
                if (response_.status == 101 || interim > kMaxInterimResponses) co_return Failure::upstream_invalid;
                if (response_.status < 200) {
                    ++interim;
                    continue;
                }
                stream_.begin_body(response_);
                response_buffer_ = stream_.keep_response_head();
                co_return Failure::none;
            case HeadStatus::need_input: break;
        }
        const io::Wake why = co_await UpstreamInput(stream_, client, limits_.read);
        if (why == io::Wake::timeout) co_return Failure::upstream_timeout;
        if (why != io::Wake::ready) co_return Failure::client_gone;
    }
}

io::Task<Failure> Subrequest::read_body(std::string* into, std::size_t max_bytes, io::Hangup& client) {
    for (std::size_t bytes = 0;;) {
        const BodyPieces body = stream_.poll_body();
        if (body.status == BodyStatus::need_input) {
            const io::Wake why = co_await UpstreamInput(stream_, client, limits_.read);
            if (why == io::Wake::timeout) co_return Failure::upstream_timeout;
            if (why != io::Wake::ready) co_return Failure::client_gone;
            continue;
        }
        if (body.status != BodyStatus::data && body.status != BodyStatus::end) co_return Failure::upstream_broken;
        bytes += body.bytes;
        if (bytes > max_bytes) co_return Failure::upstream_invalid;
        if (into != nullptr)
            for (const iovec& piece : body.pieces)
                into->append(static_cast<const char*>(piece.iov_base), piece.iov_len);
        if (body.last || body.status == BodyStatus::end) co_return Failure::none;
    }
}

void Subrequest::finish() {
    if (std::exchange(leased_, false)) stream_.finish();
}

void Subrequest::abandon() noexcept {
    if (std::exchange(leased_, false)) stream_.abandon();
}

}  // namespace fairway::proxy
