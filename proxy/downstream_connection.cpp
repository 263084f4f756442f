#include "proxy/downstream_connection.hpp"

namespace fairway::proxy {

namespace {

constexpr std::chrono::seconds kLingerTotal{30};   // nginx: lingering_time
constexpr std::chrono::seconds kLingerSilence{5};  // nginx: lingering_timeout
constexpr std::uint64_t kMaxLingerBytes = 8 * 1024 * 1024;

}  // namespace

DownstreamConnection::DownstreamConnection(WorkerContext& context, int fd, ConnectionFacts client)
    : worker(context), io(context.reactor, fd, true), facts(std::move(client)) {
    ++worker.counters.active;
}

DownstreamConnection::~DownstreamConnection() {
    if (state_) --counter(*state_);
    --worker.counters.active;
}

void DownstreamConnection::set_state(DownstreamState state) {
    if (state_) --counter(*state_);
    state_ = state;
    ++counter(state);
}

std::uint64_t& DownstreamConnection::counter(DownstreamState state) noexcept {
    switch (state) {
        case DownstreamState::reading: return worker.counters.reading;
        case DownstreamState::writing: return worker.counters.writing;
        case DownstreamState::waiting: break;
    }
    return worker.counters.waiting;
}

io::Task<void> DownstreamConnection::linger() {
    set_state(DownstreamState::writing);
    io.shutdown_write();
    const io::TimePoint end = worker.reactor.now() + kLingerTotal;
    std::uint64_t discarded = 0;
    io::Buffer waste;
    while (worker.reactor.now() < end && discarded < kMaxLingerBytes) {
        if (!waste) waste = worker.buffers.small();
        const auto got = io.try_read(waste.span());
        discarded += got.bytes;
        if (got.status == io::IoStatus::ok) continue;
        if (got.status != io::IoStatus::would_block) co_return;
        waste = io::Buffer{};
        // The socket, not has_input(): that is true for half a TLS record too, with which nothing can be done.
        const io::Wake why =
            co_await io::readable(io.source(), worker.draining ? std::chrono::seconds(1) : kLingerSilence);
        if (why != io::Wake::ready) co_return;
    }
}

}  // namespace fairway::proxy
