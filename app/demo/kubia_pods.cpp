#include "app/demo/kubia_pods.hpp"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <list>
#include <random>
#include <string_view>
#include <thread>

#include "admin/http_server.hpp"

namespace fairway::app {

namespace {

/// Kubernetes' alphabet for generated names: no vowels and nothing that looks like another letter.
constexpr std::string_view kNameLetters = "bcdfghjklmnpqrstvwxz2456789";

std::string pod_name() {
    std::random_device random;
    std::uniform_int_distribution<std::size_t> letter(0, kNameLetters.size() - 1);
    std::string name = "kubia-";
    for (int i = 0; i < 5; ++i) name += kNameLetters[letter(random)];
    return name;
}

}  // namespace

class KubiaPods::State {
public:
    ~State() {
        io_.stop();
        if (thread_.joinable()) thread_.join();
    }

    /// Before start() only.
    std::uint16_t add(const std::string& name, const IpAddress& address) {
        admin::HttpServerOptions options;
        options.address = address;
        options.max_connections = 4096;
        options.max_body_bytes = 1024 * 1024;
        options.timeout = std::chrono::seconds(120);  // longer than the proxy keeps a connection idle
        const std::string body = fmt::format("You've hit {}\n", name);
        servers_.emplace_back(io_, options,
                              [body](const admin::HttpRequest&) { return admin::HttpResponse{200, body}; });
        return servers_.back().port();
    }

    void start() {
        thread_ = std::thread([this] { io_.run(); });
    }

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::list<admin::HttpServer> servers_;
    std::thread thread_;
};

KubiaPods::KubiaPods(std::size_t count) : state_(std::make_unique<State>()) {
    const IpAddress loopback = *IpAddress::parse("127.0.0.1");
    while (pods_.size() < count) {
        const std::string name = pod_name();
        pods_.push_back({name, {loopback, state_->add(name, loopback)}});
    }
    state_->start();
}

KubiaPods::~KubiaPods() = default;

}  // namespace fairway::app
