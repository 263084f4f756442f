#include "proxy/mirrors.hpp"

#include <array>
#include <utility>

#include "base/log.hpp"

namespace fairway::proxy {

struct Mirrors::Running {
    explicit Running(MirrorCopy wanted) : copy(std::move(wanted)), bytes(copy.body ? copy.body->size() : 0) {}

    MirrorCopy copy;
    const std::uint64_t bytes;
    std::unique_ptr<UpstreamConnection> connection;
    io::Task<void> task;
};

Mirrors::Mirrors(io::Reactor& reactor) : reactor_(reactor) {}

Mirrors::~Mirrors() {
    for (const auto& one : running_) one->task = io::Task<void>{};  // frames first: they refer to the connections
}

bool Mirrors::start(MirrorCopy copy) {
    // Here and not at their own end: a task cannot end itself.
    std::erase_if(running_, [](const auto& one) { return one->task.done(); });
    const std::uint64_t bytes = copy.body ? copy.body->size() : 0;
    if (running_.size() >= kMaxCopies || body_bytes_ + bytes > kMaxBodyBytes) return false;
    body_bytes_ += bytes;
    Running& running = *running_.emplace_back(std::make_unique<Running>(std::move(copy)));
    running.task = run(running);
    running.task.start();
    return true;
}

io::Task<void> Mirrors::run(Running& running) {
    auto connected = co_await connect_upstream(reactor_, running.copy.target, kConnectTimeout);
    running.connection = std::move(connected.connection);
    if (running.connection) {
        const bool sent = co_await send(running);
        if (sent) co_await drop_response(running);
    }
    if (log::enabled(log::Level::debug))
        log::debug("mirror.sent", {{"server", running.copy.target.address.to_string()},
                                   {"result", answer_to(connected.failure).reason}});
    running.connection.reset();
    running.copy = MirrorCopy{};
    body_bytes_ -= running.bytes;
}

io::Task<bool> Mirrors::send(Running& running) {
    const auto head = running.copy.head.view();
    std::array<iovec, 1> first{{{const_cast<char*>(head.data()), head.size()}}};
    auto sent = co_await running.connection->connection.write_all(first, kTimeout);
    if (!running.copy.body) co_return sent.status == io::IoStatus::ok;
    BodySpool::Reader reader;
    for (std::uint64_t at = 0; sent.status == io::IoStatus::ok && at < running.copy.body->size(); at += sent.bytes) {
        const auto pieces = running.copy.body->read(at, reader);
        if (pieces.empty()) co_return false;
        sent = co_await running.connection->connection.write_all(pieces, kTimeout);
    }
    co_return sent.status == io::IoStatus::ok;
}

// The other side sees its answer taken, up to a point.
io::Task<void> Mirrors::drop_response(Running& running) {
    std::array<char, 4096> waste;
    for (std::size_t dropped = 0; dropped < kMaxResponseBytes;) {
        const auto got = co_await running.connection->connection.read_some(waste, kTimeout);
        if (got.status != io::IoStatus::ok) co_return;
        dropped += got.bytes;
    }
}

}  // namespace fairway::proxy
