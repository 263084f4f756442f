// bench-floor ORIGIN_PORT [CERTIFICATE KEY]: the floor below which no proxy can go. It copies bytes between two
// keep-alive sockets, one pair per client: two receives and two sends an exchange, no HTTP, no routing. With a
// certificate it terminates TLS 1.3 on the client's side. Prints "listening PORT"; ends with its standard input.
#include <openssl/err.h>
#include <signal.h>
#include <unistd.h>

#include <array>
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
        const bool alive = (events & EPOLLOUT) != 0 ? drain(side) : forward(side);
        if (alive) return;
        pair.over = true;
        finished_.push_back(&pair);
    }

    bool forward(Side& from) {
        Side& to = from.pair().other(from);
        do {
            const auto bytes = from.receive(scratch_);
            if (!bytes || !to.send(*bytes)) return false;
            if (to.blocked()) {
                from.watch(poller_, 0);
                to.watch(poller_, EPOLLOUT);
                return true;
            }
        } while (from.has_more());
        return true;
    }

    bool drain(Side& to) {
        if (!to.send_rest()) return false;
        if (to.blocked()) return true;
        Side& from = to.pair().other(to);
        // While one side is blocked neither is read, so never both are.
        to.watch(poller_, EPOLLIN);
        from.watch(poller_, EPOLLIN);
        return !from.has_more() || forward(from);
    }

    std::uint16_t origin_port_;
    SslContext tls_;
    Poller poller_;
    std::unordered_map<Pair*, std::unique_ptr<Pair>> pairs_;
    std::vector<Pair*> finished_;
    std::array<char, 64 * 1024> scratch_{};
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
