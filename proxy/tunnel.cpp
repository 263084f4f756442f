#include "proxy/tunnel.hpp"

#include "proxy/io/reactor.hpp"

namespace fairway::proxy {

namespace {

class Tunnel {
public:
    Tunnel(const io::Reactor& reactor, DownstreamStream& downstream, UpstreamStream& upstream,
           const routing::UpstreamTimeouts& timeouts, UpstreamTry& record)
        : reactor_(reactor),
          downstream_(downstream),
          upstream_(upstream),
          timeouts_(timeouts),
          record_(record),
          moved_(reactor.now()) {}

    io::Task<void> run() {
        const auto flushed = co_await downstream_.send_body({}, false);
        if (flushed.status != io::IoStatus::ok) co_return;
        auto to_upstream = pump_to_upstream();
        to_upstream.start();
        const bool ended = co_await pump_to_downstream();
        if (!ended) {
            downstream_.cancel_read_body();
            upstream_.cut_request();
        }
        co_await to_upstream.join();
        if (broken_) downstream_.fail_response();
    }

private:
    // What is left of the idle limit, which either direction renews; zero when it is over.
    std::chrono::milliseconds idle_left() {
        const auto idle = std::chrono::duration_cast<std::chrono::milliseconds>(reactor_.now() - moved_);
        return std::max(std::chrono::milliseconds(timeouts_.read) - idle, std::chrono::milliseconds(0));
    }

    io::Task<void> pump_to_upstream() {
        for (;;) {
            const BodyPieces body = co_await downstream_.read_body(idle_left());
            if (body.status == BodyStatus::timeout && idle_left().count() > 0) continue;
            if (body.status == BodyStatus::data) {
                moved_ = reactor_.now();
                const auto sent = co_await upstream_.send_body(body.pieces, false, nullptr, timeouts_.send);
                if (sent.status == io::IoStatus::ok) continue;
            }
            if (body.status == BodyStatus::end) {
                const FieldList no_trailers;
                co_await upstream_.send_body({}, true, &no_trailers, timeouts_.send);
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
                const io::Wake why = co_await UpstreamInput(upstream_, half_close_, idle_left());
                if (why == io::Wake::timeout && idle_left().count() == 0) co_return false;
                continue;
            }
            if (body.status != BodyStatus::data && body.status != BodyStatus::end) {
                broken_ = true;
                co_return false;
            }
            moved_ = reactor_.now();
            record_.response_bytes += body.bytes;
            const bool last = body.status == BodyStatus::end;
            const auto sent = co_await downstream_.send_body(body.pieces, last);
            if (sent.status != io::IoStatus::ok) co_return false;
            if (last) co_return true;
        }
    }

    void fail() {
        broken_ = true;
        upstream_.cancel_wait();
    }

    const io::Reactor& reactor_;
    DownstreamStream& downstream_;
    UpstreamStream& upstream_;
    const routing::UpstreamTimeouts& timeouts_;
    UpstreamTry& record_;
    io::TimePoint moved_;
    io::Hangup half_close_;  // never happens: a client that has ended its side may still listen
    bool broken_ = false;
};

}  // namespace

io::Task<void> relay_tunnel(const io::Reactor& reactor, DownstreamStream& downstream, UpstreamStream& upstream,
                            const routing::UpstreamTimeouts& timeouts, UpstreamTry& record) {
    Tunnel tunnel(reactor, downstream, upstream, timeouts, record);
    co_await tunnel.run();
}

}  // namespace fairway::proxy
