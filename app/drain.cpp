#include "app/drain.hpp"

namespace fairway::app {

namespace {

constexpr std::chrono::milliseconds kLookInterval{20};
constexpr std::chrono::milliseconds kHandshakes{200};

}  // namespace

void Drain::start(DrainLimits limits) {
    if (started_) return;
    started_ = true;
    limit_ = limits.limit;
    steps_.start_drain();
    timer_.expires_after(limits.grace);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end_grace();
    });
}

// The kernel resets a connection whose handshake ends after its listener has: those that have begun get some round trips.
void Drain::end_grace() {
    deadline_ = std::chrono::steady_clock::now() + limit_;
    steps_.ignore_new_clients();
    timer_.expires_after(kHandshakes);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end_accepting();
    });
}

void Drain::end_accepting() {
    steps_.stop_accepting();
    look();
}

void Drain::look() {
    const bool complete = steps_.open_connections() == 0;
    if (complete || std::chrono::steady_clock::now() >= deadline_) return steps_.finished(complete);
    timer_.expires_after(kLookInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) look();
    });
}

}  // namespace fairway::app
