// Any bytes from a client: a real session, HTTP/1 or HTTP/2, on one end of a socket pair. It never crashes, always ends
// when the client does, and leaves nothing behind. The first byte chooses: odd inputs get the HTTP/2 preface in front.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "proxy/access_log/access_log.hpp"
#include "proxy/downstream_session.hpp"
#include "proxy/upstream/affinity_table.hpp"

using namespace fairway;
using namespace fairway::proxy;

namespace {

std::shared_ptr<const routing::Snapshot> empty_snapshot() {
    auto settings = std::make_shared<routing::Settings>();
    settings->access_log.enabled = false;
    auto route = std::make_shared<routing::Route>();
    route->path = "/";
    route->policy = std::make_shared<routing::RoutePolicy>();
    auto snapshot = std::make_shared<routing::Snapshot>();
    snapshot->generation = 1;
    snapshot->routes = std::make_shared<routing::RouteTable>();
    snapshot->endpoints = std::make_shared<routing::EndpointTable>();
    snapshot->settings = std::move(settings);
    snapshot->services = std::make_shared<routing::ServiceListeners>();
    snapshot->default_route = std::move(route);
    return snapshot;
}

/// What the session sends is read and dropped, so that it never waits for us.
void drain(int fd) {
    std::array<char, 65536> waste;
    while (read(fd, waste.data(), waste.size()) > 0) {
    }
}

void feed(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // full: what fits is enough
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto snapshot = empty_snapshot();
    static AccessLog access_log;
    static AffinityTable affinity;
    log::configure(log::Level::error, log::Format::text);
    if (size == 0) return 0;

    std::array<int, 2> ends;
    FAIRWAY_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0,
                   "a socket pair can be made");
    WorkerContext worker(1, access_log, affinity);
    worker.snapshot = SnapshotRef(snapshot);
    worker.log.use(access_log.format());
    worker.metrics.use_table(snapshot->routes);

    bool over = false;
    DownstreamSession session(worker, ends[0], ConnectionFacts{}, [&](DownstreamSession&) { over = true; });
    session.start();
    if ((data[0] & 1) != 0) feed(ends[1], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    feed(ends[1], {reinterpret_cast<const char*>(data) + 1, size - 1});
    shutdown(ends[1], SHUT_WR);

    int turns = 0;
    worker.reactor.run([&](io::TimePoint) {
        worker.flush_output();
        drain(ends[1]);
        if (over) worker.reactor.stop();
        FAIRWAY_ASSERT(++turns < 10'000, "a session ends when its client has ended");
        return std::chrono::milliseconds(over ? 0 : 1);
    });
    close(ends[1]);
    return 0;
}
