#include "proxy/worker.hpp"

#include <unistd.h>

#include <future>
#include <system_error>

#include "base/log.hpp"

namespace fairway::proxy {

Worker::Worker(std::uint64_t seed, AccessLog& log, std::vector<ListeningSocket> listeners)
    : context_(seed, log), sockets_(std::move(listeners)) {}

Worker::~Worker() {
    stop();
    for (const ListeningSocket& socket : sockets_) close(socket.fd);  // never started: nobody else owns them
}

void Worker::publish(std::shared_ptr<const routing::Snapshot> snapshot, std::shared_ptr<const LogFormat> log_format) {
    if (stopped_) return;
    if (!thread_.joinable()) {
        use(std::move(snapshot), std::move(log_format));
        return start();
    }
    context_.reactor.post([this, next = std::move(snapshot), format = std::move(log_format)]() mutable {
        use(std::move(next), std::move(format));
    });
}

void Worker::start() {
    for (const ListeningSocket& socket : sockets_)
        listeners_.push_back(std::make_unique<Listener>(
            context_.reactor, socket,
            [this](int fd, const ListeningSocket& from, const SocketAddress& peer) { accept(fd, from, peer); },
            context_.counters.dropped));
    sockets_.clear();
    thread_ = std::thread([this] { run(); });
}

void Worker::use(std::shared_ptr<const routing::Snapshot> snapshot, std::shared_ptr<const LogFormat> log_format) {
    context_.log.use(std::move(log_format));
    context_.metrics.use_table(snapshot->routes);
    context_.snapshot = SnapshotRef(std::move(snapshot));
}

void Worker::start_drain() {
    context_.reactor.post([this] {
        context_.draining = true;
        for (auto* node = sessions_.next; node != &sessions_;) {
            auto& session = static_cast<http1::Session&>(*node);
            node = node->next;
            session.drain();
        }
    });
}

void Worker::stop_accepting() {
    context_.reactor.post([this] { listeners_.clear(); });
}

void Worker::stop() {
    stopped_ = true;
    if (!thread_.joinable()) return;
    context_.reactor.post([this] {
        listeners_.clear();
        while (sessions_.linked()) delete &static_cast<http1::Session&>(*sessions_.next);
        context_.reactor.stop();
    });
    thread_.join();
}

void Worker::ask(const std::function<void(Worker&)>& question) {
    if (!thread_.joinable()) return question(*this);
    std::promise<void> answered;
    context_.reactor.post([&] {
        question(*this);
        answered.set_value();
    });
    answered.get_future().wait();
}

void Worker::collect(Metrics& into) {
    for (const auto& [labels, series] : context_.metrics.collect()) into.requests[labels].merge(series);
    ConnectionCounters counters = context_.counters;
    counters.upstream_idle = context_.pool.idle_count();
    counters.access_log_dropped = context_.log.dropped();
    into.connections.merge(counters);
}

void Worker::run() {
    context_.reactor.run([this](io::TimePoint now) { return after_turn(now); });
    end_sessions();
}

void Worker::accept(int fd, const ListeningSocket& listener, const SocketAddress& peer) {
    ++context_.counters.accepted;
    ConnectionFacts facts;
    facts.peer = peer;
    facts.peer_text = peer.ip.to_string();
    facts.serial = next_serial_++;
    facts.local_port = listener.port;
    facts.tls = listener.tls;
    try {
        auto session = std::make_unique<http1::Session>(context_, fd, std::move(facts),
                                                        [this](http1::Session& ended) { ended_.push_back(ended); });
        ++context_.counters.handled;
        sessions_.push_back(*session);
        session.release()->start();             // owned by the lists from here on
    } catch (const std::system_error& error) {  // the kernel watches no more descriptors: fs.epoll.max_user_watches
        ++context_.counters.dropped;
        log::error("accept.failed", {{"reason", error.what()}, {"port", listener.port}});
    }
}

std::chrono::milliseconds Worker::after_turn(io::TimePoint now) {
    end_sessions();
    constexpr std::chrono::milliseconds kIdle{1000};
    return context_.log.flush(now) ? LogSink::kMaxAge : kIdle;
}

// A session that is over is destroyed here, when none of its frames is on the stack.
void Worker::end_sessions() {
    while (ended_.linked()) delete &static_cast<http1::Session&>(*ended_.next);
}

}  // namespace fairway::proxy
