// Stapler: asks OCSP responders about the certificates that are served, and keeps their answers fresh. ConfigMap key enable-ocsp.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tls/certificate_store.hpp"

namespace fairway::ingress {

/// An answer is asked for anew when half of the time that it holds has passed, taken as 1 minute at least and 1 day at most.
/// A failure is logged, leaves the last answer in force as long as it holds, and is tried again after a minute, then two, up
/// to an hour. Four responders are asked at a time.
class Stapler {
public:
    /// @param on_change  answers came or went; never called from within follow().
    Stapler(boost::asio::io_context& io, std::function<void(const tls::Staples&)> on_change);
    ~Stapler();
    Stapler(const Stapler&) = delete;
    Stapler& operator=(const Stapler&) = delete;

    /// The certificates that count from now on. Those that cannot be asked about are named in the log once.
    void follow(const std::vector<std::shared_ptr<const tls::Certificate>>& certificates);

private:
    using CertificatePtr = std::shared_ptr<const tls::Certificate>;
    struct Entry {
        explicit Entry(boost::asio::io_context& io) : timer(io) {}
        boost::asio::steady_timer timer;  ///< until it is asked again
        unsigned failures = 0;            ///< one after the other
        std::shared_ptr<const std::string> response;
        std::chrono::system_clock::time_point until{};
    };

    void enqueue(const CertificatePtr& certificate);
    void ask_next();
    void ask(const CertificatePtr& certificate);
    void take(const CertificatePtr& certificate, Result<std::string> answer);
    void ask_later(const CertificatePtr& certificate, std::chrono::seconds wait);
    void announce();

    boost::asio::io_context& io_;
    std::function<void(const tls::Staples&)> on_change_;
    std::map<CertificatePtr, std::shared_ptr<Entry>> entries_;
    std::deque<CertificatePtr> queue_;
    std::size_t under_way_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< false for handlers that outlive us
};

}  // namespace fairway::ingress
