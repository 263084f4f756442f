// bench-origin NAME: the server behind the proxies under test, kept so cheap that it is never what a run measures.
// Prints "listening PORT" once it accepts. Ends with its standard input, so it cannot outlive a run.
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <unistd.h>
#include <unordered_map>

#include "net/poller.hpp"
#include "net/socket.hpp"
#include "origin/session.hpp"

namespace fairway::bench {

namespace {

void serve(const Answers& answers) {
    raise_descriptor_limit();
    Poller poller;
    const Fd listener = listen_on_loopback(0);
    int standard_input = STDIN_FILENO;
    poller.watch(listener.get(), EPOLLIN, nullptr);
    poller.watch(standard_input, EPOLLIN, &standard_input);
    std::printf("listening %u\n", local_port(listener));
    std::fflush(stdout);

    std::unordered_map<Session*, std::unique_ptr<Session>> sessions;
    static std::array<char, 256 * 1024> scratch;
    while (true) {
        for (const auto& event : poller.wait()) {
            if (event.data.ptr == &standard_input) return;
            if (event.data.ptr == nullptr) {
                while (Fd socket = accept_from(listener)) {
                    auto session = std::make_unique<Session>(std::move(socket), answers);
                    poller.watch(session->fd(), EPOLLIN, session.get());
                    sessions.emplace(session.get(), std::move(session));
                }
                continue;
            }
            auto* session = static_cast<Session*>(event.data.ptr);
            // One socket has one event a batch, so a session erased here is not named again by this batch.
            if (!session->on_ready(poller, event.events, scratch)) sessions.erase(session);
        }
    }
}

}  // namespace

}  // namespace fairway::bench

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: bench-origin NAME\n", stderr);
        return 2;
    }
    try {
        fairway::bench::serve(fairway::bench::Answers{argv[1]});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-origin: %s\n", error.what());
        return 1;
    }
}
