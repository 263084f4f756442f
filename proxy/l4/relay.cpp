#include "proxy/l4/relay.hpp"

#include <algorithm>

#include "proxy/io/next_turn.hpp"
#include "proxy/io/reactor.hpp"

namespace fairway::proxy::l4 {

Relay::Relay(io::BufferPool& buffers, io::Connection& client, io::Connection& endpoint, std::chrono::milliseconds idle,
             StreamCounters& counters)
    : buffers_(buffers),
      idle_(idle),
      moved_(client.source().reactor().now()),
      from_client_(*this, client, endpoint, counters.received_bytes),
      from_endpoint_(*this, endpoint, client, counters.sent_bytes) {}

io::Task<RelayEnd> Relay::run() {
    for (Direction* one : {&from_client_, &from_endpoint_}) {
        if (one->in.source().broken()) one->in_broken = true;
        one->in.source().hangup().watch(*one);
    }
    auto upload = pump(from_client_);
    upload.start();
    co_await pump(from_endpoint_);
    co_await upload.join();
    for (Direction* one : {&from_client_, &from_endpoint_}) one->in.source().hangup().stop_watching();
    co_return end_.value_or(RelayEnd::orderly);
}

io::Task<void> Relay::pump(Direction& direction) {
    io::Connection& in = direction.in;
    bool much = false;  // the last read filled its buffer
    for (int reads = 0; !end_;) {
        if (!in.source().readable()) {
            const io::Wake why = co_await io::readable(in.source(), idle_left());
            if (gave_up(why)) break;
            continue;
        }
        io::Buffer buffer = much ? buffers_.for_body() : buffers_.small();
        const io::IoResult got = in.try_read(buffer.span());
        if (got.status == io::IoStatus::would_block) continue;
        if (got.status != io::IoStatus::ok) {
            direction.reading = false;
            if (got.status == io::IoStatus::end && !direction.in_broken)
                direction.out.shutdown_write();
            else
                end(RelayEnd::reset);
            break;
        }
        much = got.bytes == buffer.size();
        moved_ = in.source().reactor().now();
        direction.bytes += got.bytes;
        direction.counter += got.bytes;
        if (!co_await write(direction, {buffer.data(), got.bytes})) break;
        if (++reads % kReadsPerTurn == 0 && in.source().readable()) {
            buffer = io::Buffer{};
            co_await io::NextTurn(in.source(), idle_left());
        }
    }
    direction.reading = false;
}

// False: the direction is over.
io::Task<bool> Relay::write(Direction& direction, std::span<char> bytes) {
    while (!bytes.empty()) {
        const iovec piece{bytes.data(), bytes.size()};
        const io::IoResult sent = direction.out.try_write({&piece, 1});
        if (sent.status == io::IoStatus::would_block) {
            const io::Wake why = co_await io::writable(direction.out.source(), idle_left());
            if (gave_up(why)) co_return false;
            continue;
        }
        if (sent.status != io::IoStatus::ok) {
            // What the broken side had sent before is still to be read and relayed; its end is no orderly one.
            Direction& back = opposite(direction);
            back.in_broken = true;
            if (!back.reading) end(RelayEnd::reset);
            co_return false;
        }
        moved_ = direction.out.source().reactor().now();
        bytes = bytes.subspan(sent.bytes);
    }
    co_return !end_;
}

// A peer has hung up. Whoever reads from it will find out; when nobody does, its reset is passed on here.
void Relay::Direction::wake(io::Wake reason) {
    if (reason != io::Wake::hangup) return;
    if (in.source().broken()) {
        in_broken = true;
        if (!reading) return relay.end(RelayEnd::reset);
    }
    in.source().hangup().watch(*this);
}

Relay::Direction& Relay::opposite(Direction& direction) noexcept {
    return &direction == &from_client_ ? from_endpoint_ : from_client_;
}

std::chrono::milliseconds Relay::idle_left() const {
    const auto& reactor = from_client_.in.source().reactor();
    const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(reactor.now() - moved_);
    return std::max(idle_ - quiet, std::chrono::milliseconds(0));
}

bool Relay::gave_up(io::Wake why) {
    if (end_ || why == io::Wake::cancelled) return true;
    if (why != io::Wake::timeout || idle_left().count() > 0) return false;
    end(RelayEnd::idle);
    return true;
}

// When it is called by a watch, the last pump that is woken here ends run(), and with it perhaps this object.
void Relay::end(RelayEnd how) {
    if (end_) return;
    end_ = how;
    for (io::Source* const source : {&from_client_.in.source(), &from_endpoint_.in.source()}) {
        source->cancel_reader();
        source->cancel_writer();
    }
}

}  // namespace fairway::proxy::l4
