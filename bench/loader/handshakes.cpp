#include <chrono>
#include <cstdio>
#include <deque>
#include <string>

#include "loader/http_client.hpp"
#include "loader/modes.hpp"

namespace fairway::bench {

void run_handshakes(const Options& options) {
    using Clock = std::chrono::steady_clock;
    const TlsClient tls{options.host};
    Poller poller;
    std::deque<HttpClient> clients;
    for (unsigned i = 0; i < options.connections; ++i) clients.emplace_back(poller, options.port, &tls).open();

    unsigned long done = 0;
    unsigned long failed = 0;
    std::string negotiated;
    const auto start = Clock::now();
    const auto end = start + options.duration;
    for (auto now = start; now < end; now = Clock::now()) {
        for (const auto& event : poller.wait(end - now)) {
            auto& client = *static_cast<HttpClient*>(event.data.ptr);
            const auto progress = client.on_ready();
            if (progress == HttpClient::Progress::busy) continue;
            if (progress == HttpClient::Progress::opened) {
                ++done;
                if (negotiated.empty()) negotiated = client.describe();
            } else {
                ++failed;
            }
            client.close();
            client.open();
        }
    }
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    std::printf("{\"handshakes\": %lu, \"failed\": %lu, \"negotiated\": \"%s\", \"seconds\": %.6f}\n", done, failed,
                negotiated.c_str(), elapsed.count());
}

}  // namespace fairway::bench
