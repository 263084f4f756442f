#include "proxy/worker.hpp"

#include <unistd.h>

#include <future>
#include <system_error>

#include "base/log.hpp"
#include "proxy/tracing/span_exporter.hpp"

namespace fairway::proxy {

Worker::Worker(std::uint64_t seed, AccessLog& log, SharedTables& shared, std::vector<ListeningSocket> listeners)
    : context_(seed, log, shared), sockets_(std::move(listeners)) {}

Worker::~Worker() {
    stop();
    for (const ListeningSocket& socket : sockets_) close(socket.fd);  // never started: nobody else owns them
}

void Worker::publish(std::shared_ptr<const routing::Snapshot> snapshot, LogFormats log_formats,
                     l4::SocketChanges sockets) {
    if (stopped_) return;
    if (!thread_.joinable()) {
        use(std::move(snapshot), std::move(log_formats), std::move(sockets));
        return start();
    }
    // Jobs can be copied, descriptors cannot.
    const auto changes = std::make_shared<l4::SocketChanges>(std::move(sockets));
    context_.reactor.post([this, next = std::move(snapshot), formats = std::move(log_formats), changes] {
        use(next, formats, std::move(*changes));
    });
}

void Worker::start() {
    for (const ListeningSocket& socket : sockets_)
        listeners_.push_back(std::make_unique<Listener>(
            context_.reactor, socket,
            [this](int fd, const ListeningSocket& from, const SocketAddress& peer) { accept(fd, from, peer); },
            context_.counters.dropped, context_.spare_descriptor));
    sockets_.clear();
    thread_ = std::thread([this] { run(); });
}

void Worker::use(std::shared_ptr<const routing::Snapshot> snapshot, LogFormats log_formats, l4::SocketChanges sockets) {
    context_.log.use(std::move(log_formats));
    context_.metrics.use_table(snapshot->routes);
    auto services = snapshot->services;
    context_.snapshot = SnapshotRef(std::move(snapshot));
    service_ports_.follow(std::move(services), std::move(sockets));
}

void Worker::start_drain() {
    context_.reactor.post([this] {
        context_.draining = true;
        for_each_session([](DownstreamSession& session) { session.drain(); });
        if (context_.spans) context_.spans->flush();
    });
}

template <class Action>
void Worker::for_each_session(Action act) {
    for (auto* node = sessions_.next; node != &sessions_;) {
        auto& session = static_cast<DownstreamSession&>(*node);
        node = node->next;  // the session may end
        act(session);
    }
}

void Worker::ignore_new_clients() {
    context_.reactor.post([this] {
        for (const auto& listener : listeners_) listener->ignore_new_handshakes();
        service_ports_.ignore_new_clients();
    });
}

void Worker::stop_accepting() {
    context_.reactor.post([this] {
        listeners_.clear();
        service_ports_.stop_accepting();
        context_.closes_idle = true;
        for_each_session([](DownstreamSession& session) { session.end_if_idle(); });
    });
}

void Worker::stop() {
    stopped_ = true;
    if (!thread_.joinable()) return;
    context_.reactor.post([this] {
        listeners_.clear();
        while (sessions_.linked()) delete &static_cast<DownstreamSession&>(*sessions_.next);
        service_ports_.end_all();
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

std::uint64_t Worker::open_connections() const {
    const bool exports = context_.spans && context_.spans->busy();
    return context_.counters.active + service_ports_.open_sessions() + (exports ? 1 : 0);
}

void Worker::collect(Metrics& into) {
    for (const auto& [labels, series] : context_.metrics.collect()) into.requests[labels].merge(series);
    ConnectionCounters counters = context_.counters;
    counters.upstream_idle = context_.pool.idle_count() + context_.http2_pool.idle_count();
    counters.access_log_dropped = context_.log.dropped();
    into.connections.merge(counters);
    service_ports_.collect(into.streams);
    context_.passthrough.collect(into.streams, context_.snapshot ? context_.snapshot->passthrough.get() : nullptr);
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
    facts.local_port = listener.address.port;
    facts.tls = listener.tls;
    try {
        auto session = std::make_unique<DownstreamSession>(
            context_, fd, std::move(facts), [this](DownstreamSession& ended) { ended_.push_back(ended); });
        ++context_.counters.handled;
        sessions_.push_back(*session);
        session.release()->start();             // owned by the lists from here on
    } catch (const std::system_error& error) {  // the kernel watches no more descriptors: fs.epoll.max_user_watches
        ++context_.counters.dropped;
        log::error("accept.failed", {{"reason", error.what()}, {"port", listener.address.port}});
    }
}

std::chrono::milliseconds Worker::after_turn(io::TimePoint now) {
    end_sessions();
    const bool more = context_.flush_output();
    end_sessions();
    constexpr std::chrono::milliseconds kIdle{1000};
    const auto sleep = context_.log.flush(now) ? LogSink::kMaxAge : kIdle;
    return more ? std::chrono::milliseconds(0) : sleep;
}

// A session that is over is destroyed here, when none of its frames is on the stack.
void Worker::end_sessions() {
    while (ended_.linked()) delete &static_cast<DownstreamSession&>(*ended_.next);
    context_.http2_pool.end_sessions();
    service_ports_.end_sessions();
}

}  // namespace fairway::proxy
