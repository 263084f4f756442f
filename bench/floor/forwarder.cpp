// bench-floor ORIGIN_PORT [CERTIFICATE KEY]: the floor below which no proxy can go. It copies bytes between two
// keep-alive sockets, one pair per client: two receives and two sends an exchange, no HTTP, no routing. With a
// certificate it terminates TLS 1.3 on the client's side. Prints "listening PORT"; ends with its standard input.
#include <openssl/err.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <unordered_map>
#include <vector>

#include "floor/side.hpp"

namespace fairway::bench {

/// A client and the connection to the origin that is its alone. Either end closing ends both.
struct Pair {
    Pair(Fd client_socket, Fd origin_socket)
        : client(*this, std::move(client_socket)), origin(*this, std::move(origin_socket)) {}

    Side& other(const Side& side) { return &side == &client ? origin : client; }

    Side client;
    Side origin;
    /// What one side could not take yet. Neither side is read meanwhile, so there is never more than one.
    std::unique_ptr<Buffer> waiting;
    bool over = false;
};

namespace {

class Forwarder {
public:
    Forwarder(std::uint16_t origin_port, SslContext tls) : origin_port_(origin_port), tls_(std::move(tls)) {}

    void run() {
        raise_descriptor_limit();
        const Fd listener = listen_on_loopback(0);
        int standard_input = STDIN_FILENO;
        poller_.watch(listener.get(), EPOLLIN, nullptr);
        poller_.watch(standard_input, EPOLLIN, &standard_input);
        std::printf("listening %u\n", local_port(listener));
        std::fflush(stdout);
        while (true) {
            for (const auto& event : poller_.wait()) {
                if (event.data.ptr == &standard_input) return;
                if (event.data.ptr == nullptr)
                    accept_clients(listener);
                else
                    on_ready(*static_cast<Side*>(event.data.ptr), event.events);
            }
            // Only now: a batch may name both sides of a pair.
            for (Pair* pair : finished_) pairs_.erase(pair);
            finished_.clear();
        }
    }

private:
    void accept_clients(const Fd& listener) {
        while (Fd socket = accept_from(listener)) {
            auto pair = std::make_unique<Pair>(std::move(socket), start_connect(origin_port_));
            if (tls_) pair->client.start_tls(tls_.get());
            pair->client.watch(poller_, EPOLLIN);
            pair->origin.watch(poller_, EPOLLIN);
            pairs_.emplace(pair.get(), std::move(pair));
        }
    }

    void on_ready(Side& side, std::uint32_t events) {
        Pair& pair = side.pair();
        if (pair.over) return;
        // A hang-up is reported even to who asked for nothing, with bytes still waiting for the other side.
        const bool hung_up = pair.waiting && (events & EPOLLOUT) == 0;
        const bool alive = !hung_up && (pair.waiting ? drain(side) : forward(side));
        if (alive) return;
        pair.over = true;
        finished_.push_back(&pair);
    }

    bool forward(Side& from) {
        Pair& pair = from.pair();
        Side& to = pair.other(from);
        do {
            if (!from.receive(*scratch_) || !to.send(*scratch_)) return false;
            if (!scratch_->unsent.empty()) {
                pair.waiting = std::exchange(scratch_, take_spare());
                from.watch(poller_, 0);
                to.watch(poller_, EPOLLOUT);
                return true;
            }
        } while (from.has_more());
        return true;
    }

    bool drain(Side& to) {
        Pair& pair = to.pair();
        if (!to.send(*pair.waiting)) return false;
        if (!pair.waiting->unsent.empty()) return true;
        spare_.push_back(std::move(pair.waiting));
        Side& from = pair.other(to);
        to.watch(poller_, EPOLLIN);
        from.watch(poller_, EPOLLIN);
        return !from.has_more() || forward(from);
    }

    std::unique_ptr<Buffer> take_spare() {
        if (spare_.empty()) return std::make_unique<Buffer>();
        auto buffer = std::move(spare_.back());
        spare_.pop_back();
        return buffer;
    }

    std::uint16_t origin_port_;
    SslContext tls_;
    Poller poller_;
    std::unordered_map<Pair*, std::unique_ptr<Pair>> pairs_;
    std::vector<Pair*> finished_;
    std::unique_ptr<Buffer> scratch_ = std::make_unique<Buffer>();
    std::vector<std::unique_ptr<Buffer>> spare_;
};

}  // namespace

}  // namespace fairway::bench

int main(int argc, char** argv) {
    if (argc != 2 && argc != 4) {
        std::fputs("usage: bench-floor ORIGIN_PORT [CERTIFICATE KEY]\n", stderr);
        return 2;
    }
    using namespace fairway::bench;
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    try {
        Forwarder forwarder{static_cast<std::uint16_t>(std::atoi(argv[1])),
                            argc == 4 ? make_server_context(argv[2], argv[3]) : SslContext{}};
        forwarder.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-floor: %s\n", error.what());
        return 1;
    }
}
