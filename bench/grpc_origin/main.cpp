// bench-grpc-origin: the gRPC server behind the proxies under test, kept so cheap that it is never what a run measures.
// Prints "listening PORT" once it accepts. Ends with its standard input, so it cannot outlive a run.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <unordered_map>

#include "grpc_origin/session.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"

namespace fairway::bench {

namespace {

void serve() {
    raise_descriptor_limit();
    Poller poller;
    const Fd listener = listen_on_loopback(0);
    int standard_input = STDIN_FILENO;
    poller.watch(listener.get(), EPOLLIN, nullptr);
    poller.watch(standard_input, EPOLLIN, &standard_input);
    std::printf("listening %u\n", local_port(listener));
    std::fflush(stdout);

    std::unordered_map<GrpcSession*, std::unique_ptr<GrpcSession>> sessions;
    static std::array<char, 256 * 1024> scratch;
    while (true) {
        for (const auto& event : poller.wait()) {
            if (event.data.ptr == &standard_input) return;
            if (event.data.ptr == nullptr) {
                while (Fd socket = accept_from(listener)) {
                    auto session = std::make_unique<GrpcSession>(std::move(socket));
                    poller.watch(session->fd(), EPOLLIN, session.get());
                    sessions.emplace(session.get(), std::move(session));
                }
                continue;
            }
            auto* session = static_cast<GrpcSession*>(event.data.ptr);
            if (!session->on_ready(poller, scratch)) sessions.erase(session);
        }
    }
}

}  // namespace

}  // namespace fairway::bench

int main() {
    try {
        fairway::bench::serve();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-grpc-origin: %s\n", error.what());
        return 1;
    }
}
