#include <unistd.h>

#include <cstdio>
#include <deque>
#include <optional>
#include <stdexcept>

#include "loader/http_client.hpp"
#include "loader/modes.hpp"

namespace fairway::bench {

void run_idle(const Options& options) {
    // Few at a time, so that the server's upstream pool stays as small as it would be.
    constexpr unsigned kOpeningAtOnce = 16;
    const auto requests = request_texts(options);
    std::optional<TlsClient> tls;
    if (options.tls) tls.emplace(options.host);
    Poller poller;
    std::deque<HttpClient> clients;
    unsigned idle = 0;
    unsigned closed = 0;
    while (idle < options.connections) {
        while (clients.size() < options.connections && clients.size() - idle < kOpeningAtOnce)
            clients.emplace_back(poller, options.port, tls ? &*tls : nullptr).open();
        for (const auto& event : poller.wait()) {
            auto& client = *static_cast<HttpClient*>(event.data.ptr);
            switch (client.on_ready()) {
                case HttpClient::Progress::busy: break;
                case HttpClient::Progress::opened: client.send(requests.front()); break;
                case HttpClient::Progress::answered: ++idle; break;
                case HttpClient::Progress::closed: ++closed; break;
                case HttpClient::Progress::lost:
                case HttpClient::Progress::refused:
                    throw std::runtime_error("the server dropped a connection after " + std::to_string(idle));
            }
        }
    }
    std::printf("{\"idle\": %u, \"closed_by_server\": %u}\n", idle, closed);
    std::fflush(stdout);
    char byte;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
    }
}

}  // namespace fairway::bench
