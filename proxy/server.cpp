#include "proxy/server.hpp"

#include <openssl/rand.h>

#include <optional>
#include <thread>

#include "base/assert.hpp"
#include "proxy/access_log/access_log.hpp"
#include "proxy/shared_tables.hpp"
#include "proxy/worker.hpp"

namespace fairway::proxy {

class Server::State {
public:
    explicit State(const ServerOptions& options) {
        FAIRWAY_ASSERT(options.workers > 0, "a server has at least one worker");
        auto http = open_listeners(options.bind_addresses, options.http_port, false, options.workers);
        auto https = open_listeners(options.bind_addresses, options.https_port, true, options.workers);
        std::vector<SocketAddress> own;
        for (const auto* listeners : {&http.front(), &https.front()})
            for (const ListeningSocket& socket : *listeners) own.push_back(socket.address);
        service_sockets.emplace(options.workers, std::move(own));
        http_port = http.front().front().address.port;
        https_port = https.front().front().address.port;
        for (unsigned i = 0; i < options.workers; ++i) {
            auto listeners = std::move(http[i]);
            listeners.insert(listeners.end(), https[i].begin(), https[i].end());
            std::uint64_t seed = 0;
            RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed);
            workers.push_back(std::make_unique<Worker>(seed, access_log, shared, std::move(listeners)));
        }
    }

    void publish(const std::shared_ptr<const routing::Snapshot>& snapshot) {
        std::vector<l4::SocketChanges> changes(workers.size());
        if (accepting) changes = service_sockets->follow(*snapshot->services);
        for (std::size_t i = 0; i < workers.size(); ++i)
            workers[i]->publish(snapshot, access_log.formats(), std::move(changes[i]));
        published = snapshot;
    }

    static SipKey random_key() {
        SipKey key{};
        RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), sizeof key);
        return key;
    }

    SharedTables shared{random_key(), std::chrono::steady_clock::now()};  // as the log
    AccessLog access_log;                                                 // outlives the workers, whose sinks feed it
    std::uint16_t http_port = 0;
    std::uint16_t https_port = 0;
    std::shared_ptr<const routing::Snapshot> published;  // the latest; null before the first
    std::optional<l4::ServiceSockets> service_sockets;
    bool accepting = true;
    std::vector<std::unique_ptr<Worker>> workers;
};

Server::Server(const ServerOptions& options) : state_(std::make_unique<State>(options)) {}

Server::~Server() { stop_now(); }

std::uint16_t Server::http_port() const noexcept { return state_->http_port; }
std::uint16_t Server::https_port() const noexcept { return state_->https_port; }

void Server::publish(std::shared_ptr<const routing::Snapshot> snapshot) {
    state_->access_log.apply(snapshot->settings->access_log);
    state_->publish(snapshot);
}

const std::vector<routing::ListenerProblem>& Server::listener_problems() const noexcept {
    return state_->service_sockets->problems();
}

bool Server::retry_listeners() {
    const auto before = listener_problems();
    if (before.empty() || !state_->accepting) return false;
    state_->publish(state_->published);
    return listener_problems() != before;
}

bool Server::wait_for(std::uint64_t generation, std::chrono::milliseconds limit) const {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        bool live = state_->published != nullptr;
        for (auto& worker : state_->workers)
            worker->ask([&](Worker& asked) { live = live && asked.generation() >= generation; });
        if (live) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

Metrics Server::metrics() const {
    Metrics all;
    all.oldest_generation = UINT64_MAX;
    for (auto& worker : state_->workers)
        worker->ask([&](Worker& asked) {
            asked.collect(all);
            all.oldest_generation = std::min(all.oldest_generation, asked.generation());
        });
    return all;
}

void Server::start_drain() {
    for (auto& worker : state_->workers) worker->start_drain();
}

void Server::ignore_new_clients() {
    for (auto& worker : state_->workers) worker->ignore_new_clients();
}

void Server::stop_accepting() {
    state_->accepting = false;
    for (auto& worker : state_->workers) worker->stop_accepting();
}

std::uint64_t Server::open_connections() const {
    std::uint64_t open = 0;
    for (auto& worker : state_->workers) worker->ask([&](Worker& asked) { open += asked.open_connections(); });
    return open;
}

void Server::stop_now() {
    for (auto& worker : state_->workers) worker->stop();
    state_->shared.access.pool.stop();  // it posts to their loops
    state_->workers.clear();  // hands over the last lines of the log
    state_->access_log.stop();
}

void Server::reopen_access_log() { state_->access_log.reopen(); }

}  // namespace fairway::proxy
