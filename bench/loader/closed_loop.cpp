#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>

#include "loader/http_client.hpp"
#include "loader/modes.hpp"

namespace fairway::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Tally {
    unsigned long answered = 0;
    unsigned long not_ok = 0;            // answered, with a status other than 2xx
    unsigned long lost = 0;              // a request without a complete answer
    unsigned long refused = 0;           // a connection that could not be opened
    unsigned long closed_by_server = 0;  // a connection that the server ended, announced or not
    unsigned long long body_bytes = 0;
};

class ClosedLoop {
public:
    explicit ClosedLoop(const Options& options) : requests_(request_texts(options)) {
        if (options.tls) tls_.emplace(options.host);
        for (unsigned i = 0; i < options.connections; ++i)
            clients_.emplace_back(poller_, options.port, tls_ ? &*tls_ : nullptr).open();
    }

    Tally run_until(Clock::time_point end) {
        for (auto now = Clock::now(); now < end; now = Clock::now()) {
            for (const auto& event : poller_.wait(end - now)) on_ready(*static_cast<HttpClient*>(event.data.ptr));
        }
        return tally_;
    }

private:
    void on_ready(HttpClient& client) {
        switch (client.on_ready()) {
            case HttpClient::Progress::busy: return;
            case HttpClient::Progress::opened: return send_next(client);
            case HttpClient::Progress::answered: return on_answer(client);
            case HttpClient::Progress::lost: ++tally_.lost; [[fallthrough]];
            case HttpClient::Progress::closed: ++tally_.closed_by_server; return client.open();
            case HttpClient::Progress::refused: ++tally_.refused; return client.open();
        }
    }

    void on_answer(HttpClient& client) {
        ++tally_.answered;
        tally_.body_bytes += client.response().body_bytes();
        const int status = client.response().status();
        if (status < 200 || status > 299) ++tally_.not_ok;
        if (!client.response().server_closes()) return send_next(client);
        ++tally_.closed_by_server;
        client.open();
    }

    void send_next(HttpClient& client) {
        client.send(requests_[next_]);
        next_ = (next_ + 1) % requests_.size();
    }

    std::vector<std::string> requests_;
    std::size_t next_ = 0;
    std::optional<TlsClient> tls_;
    Poller poller_;
    std::deque<HttpClient> clients_;
    Tally tally_;
};

}  // namespace

void run_closed_loop(const Options& options) {
    const auto start = Clock::now();
    const Tally tally = ClosedLoop{options}.run_until(start + options.duration);
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    std::printf("{\"requests\": %lu, \"not_ok\": %lu, \"lost\": %lu, \"refused\": %lu, \"closed_by_server\": %lu, "
                "\"body_bytes\": %llu, \"upload_bytes\": %llu, \"seconds\": %.6f}\n",
                tally.answered, tally.not_ok, tally.lost, tally.refused, tally.closed_by_server, tally.body_bytes,
                static_cast<unsigned long long>(tally.answered) * options.upload_bytes, elapsed.count());
}

}  // namespace fairway::bench
