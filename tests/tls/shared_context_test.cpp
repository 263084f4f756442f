// Workers share one SSL_CTX while configurations come and go; meant to run under ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tls/handshake.hpp"

namespace fairway::tls::test {
namespace {

class Published {
public:
    explicit Published(std::shared_ptr<const ServerConfig> first) : config_(std::move(first)) {}

    std::shared_ptr<const ServerConfig> get() {
        const std::lock_guard lock(mutex_);
        return config_;
    }
    void set(std::shared_ptr<const ServerConfig> next) {
        const std::lock_guard lock(mutex_);
        config_ = std::move(next);
    }

private:
    std::mutex mutex_;
    std::shared_ptr<const ServerConfig> config_;
};

// Full handshakes and resumed ones, by turns; a session made by one worker is taken up by another.
int run_worker(Published& published, std::mutex& session_mutex, OwnedSession& shared_session) {
    constexpr int kRounds = 30;
    int completed = 0;
    for (int round = 0; round < kRounds; ++round) {
        OwnedSession resume;
        {
            const std::lock_guard lock(session_mutex);
            if (shared_session) resume.reset(SSL_SESSION_dup(shared_session.get()));
        }
        const auto config = published.get();
        auto made = connect(*config, {.server_name = "shop.example", .resume = round % 2 ? resume.get() : nullptr});
        completed += made.completed ? 1 : 0;
        OwnedSession next = made.session();
        const std::lock_guard lock(session_mutex);
        shared_session = std::move(next);
    }
    return completed;
}

TEST(SharedContext, WorkersHandshakeWhileCertificatesChange) {
    for (const bool tickets : {false, true}) {
        const ServerSettings settings = {.session_cache_entries = 8, .session_tickets = tickets};
        Published published(config_of(settings, store_with_default()));
        std::mutex session_mutex;
        OwnedSession session;
        std::atomic<int> completed = 0;
        std::vector<std::thread> workers;
        for (int i = 0; i < 3; ++i)
            workers.emplace_back([&] { completed += run_worker(published, session_mutex, session); });
        for (int i = 0; i < 20; ++i) {
            CertificateStore store = store_with_default();
            store.add("shop.example", certificate_for({"shop.example"}));
            published.set(config_of(settings, std::move(store), published.get().get()));
        }
        for (auto& worker : workers) worker.join();
        EXPECT_EQ(completed, 90);
    }
}

}  // namespace
}  // namespace fairway::tls::test
