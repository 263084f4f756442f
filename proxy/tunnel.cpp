#include "proxy/tunnel.hpp"

#include "proxy/io/reactor.hpp"

namespace fairway::proxy {

namespace {

class Tunnel {
public:
    Tunnel(DownstreamStream& downstream, http1::UpstreamExchange& upstream, const routing::UpstreamTimeouts& timeouts,
           UpstreamTry& record)
        : downstream_(downstream), upstream_(upstream), timeouts_(timeouts), record_(record), moved_(reactor().now()) {}

    io::Task<void> run() {
        const auto flushed = co_await downstream_.send_body({}, false);
        if (flushed.status != io::IoStatus::ok) co_return;
        auto to_upstream = pump_to_upstream();
        to_upstream.start();
        const bool ended = co_await pump_to_downstream();
        if (!ended) {
            downstream_.cancel_read_body();
            upstream_.connection().source().cancel_writer();
        }
        co_await to_upstream.join();
        if (broken_) downstream_.fail_response();
    }

private:
    io::Reactor& reactor() { return upstream_.connection().source().reactor(); }

    // What is left of the idle limit, which either direction renews; zero when it is over.
    std::chrono::milliseconds idle_left() {
        const auto idle = std::chrono::duration_cast<std::chrono::milliseconds>(reactor().now() - moved_);
        return std::max(std::chrono::milliseconds(timeouts_.read) - idle, std::chrono::milliseconds(0));
    }

    io::Task<void> pump_to_upstream() {
        for (;;) {
            const BodyPieces body = co_await downstream_.read_body(idle_left());
            if (body.status == BodyStatus::timeout && idle_left().count() > 0) continue;
            if (body.status == BodyStatus::data) {
                moved_ = reactor().now();
                const auto sent = co_await upstream_.connection().write_all(body.pieces, timeouts_.send);
                if (sent.status == io::IoStatus::ok) continue;
            }
            if (body.status == BodyStatus::end) {
                upstream_.connection().shutdown_write();
                co_return;
            }
            fail();
            co_return;
        }
    }

    // False when the tunnel is to be torn down; true after an orderly end of the endpoint's side.
    io::Task<bool> pump_to_downstream() {
        for (;;) {
            const BodyPieces body = upstream_.poll_body();
            if (broken_) co_return false;
            if (body.status == BodyStatus::need_input) {
                const io::Wake why = co_await io::readable(upstream_.connection().source(), idle_left());
                if (why == io::Wake::timeout && idle_left().count() == 0) co_return false;
                continue;
            }
            if (body.status != BodyStatus::data && body.status != BodyStatus::end) {
                broken_ = true;
                co_return false;
            }
            moved_ = reactor().now();
            record_.response_bytes += body.bytes;
            const bool last = body.status == BodyStatus::end;
            const auto sent = co_await downstream_.send_body(body.pieces, last);
            if (sent.status != io::IoStatus::ok) co_return false;
            if (last) co_return true;
        }
    }

    void fail() {
        broken_ = true;
        upstream_.connection().source().cancel_reader();
    }

    DownstreamStream& downstream_;
    http1::UpstreamExchange& upstream_;
    const routing::UpstreamTimeouts& timeouts_;
    UpstreamTry& record_;
    io::TimePoint moved_;
    bool broken_ = false;
};

}  // namespace

io::Task<void> relay_tunnel(DownstreamStream& downstream, http1::UpstreamExchange& upstream,
                            const routing::UpstreamTimeouts& timeouts, UpstreamTry& record) {
    Tunnel tunnel(downstream, upstream, timeouts, record);
    co_await tunnel.run();
}

}  // namespace fairway::proxy
