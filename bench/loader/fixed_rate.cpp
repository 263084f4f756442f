#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <unordered_map>

#include "loader/http_client.hpp"
#include "loader/modes.hpp"

namespace fairway::bench {

namespace {

using Clock = std::chrono::steady_clock;

class FixedRate {
public:
    explicit FixedRate(const Options& options)
        : requests_(request_texts(options)),
          interval_(std::chrono::nanoseconds{std::chrono::seconds{1}} / options.rate) {
        if (options.tls) tls_.emplace(options.host);
        for (unsigned i = 0; i < options.connections; ++i)
            clients_.emplace_back(poller_, options.port, tls_ ? &*tls_ : nullptr).open();
    }

    /// Brings all connections up before the timetable starts.
    void open_all() {
        while (idle_.size() + failures_ < clients_.size()) poll(Poller::kForever);
    }

    void run_for(std::chrono::milliseconds duration) {
        const auto start = Clock::now();
        const auto end = start + duration;
        for (auto due = start; due < end || outstanding_ != 0;) {
            const auto now = Clock::now();
            for (; due <= now && due < end; due += interval_) waiting_.push_back(due);
            while (!waiting_.empty() && !idle_.empty()) send_one();
            // A server that no longer answers must not hold the run for ever.
            if (now > end + std::chrono::seconds{5}) break;
            poll(std::max<std::chrono::nanoseconds>((due < end ? due : end + std::chrono::seconds{6}) - Clock::now(),
                                                    std::chrono::nanoseconds{0}));
        }
    }

    void print() {
        std::ranges::sort(latencies_);
        const auto micros = [this](double share) {
            if (latencies_.empty()) return 0.0;
            const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1));
            return static_cast<double>(latencies_[index].count()) / 1000.0;
        };
        std::printf("{\"requests\": %zu, \"failures\": %zu, \"unsent\": %zu, \"p50_us\": %.1f, \"p90_us\": %.1f, "
                    "\"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f}\n",
                    latencies_.size(), failures_, waiting_.size(), micros(0.5), micros(0.9), micros(0.99),
                    micros(0.999), micros(1.0));
    }

private:
    void poll(std::chrono::nanoseconds timeout) {
        for (const auto& event : poller_.wait(timeout)) on_ready(*static_cast<HttpClient*>(event.data.ptr));
    }

    void send_one() {
        HttpClient* client = idle_.back();
        idle_.pop_back();
        due_of_[client] = waiting_.front();
        waiting_.pop_front();
        ++outstanding_;
        client->send(requests_[next_]);
        next_ = (next_ + 1) % requests_.size();
    }

    void on_ready(HttpClient& client) {
        const bool had_request = client.in_flight();
        switch (client.on_ready()) {
            case HttpClient::Progress::busy: return;
            case HttpClient::Progress::opened: idle_.push_back(&client); return;
            case HttpClient::Progress::answered:
                --outstanding_;
                latencies_.push_back(Clock::now() - due_of_[&client]);
                if (client.response().status() != 200) ++failures_;
                if (client.response().server_closes()) return client.open();
                idle_.push_back(&client);
                return;
            case HttpClient::Progress::closed:
            case HttpClient::Progress::lost:
            case HttpClient::Progress::refused:
                ++failures_;
                if (had_request) --outstanding_;
                std::erase(idle_, &client);
                client.close();
        }
    }

    std::vector<std::string> requests_;
    std::size_t next_ = 0;
    std::chrono::nanoseconds interval_;
    std::optional<TlsClient> tls_;
    Poller poller_;
    std::deque<HttpClient> clients_;
    std::vector<HttpClient*> idle_;
    std::deque<Clock::time_point> waiting_;
    std::unordered_map<HttpClient*, Clock::time_point> due_of_;
    std::vector<std::chrono::nanoseconds> latencies_;
    std::size_t outstanding_ = 0;
    std::size_t failures_ = 0;
};

}  // namespace

void run_fixed_rate(const Options& options) {
    // The default slack of 50 us would be a fifth of the interval at 4,000 requests a second.
    ::prctl(PR_SET_TIMERSLACK, 1);
    FixedRate load{options};
    load.open_all();
    load.run_for(options.duration);
    load.print();
}

}  // namespace fairway::bench
