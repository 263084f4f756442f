#include "ingress/status/status_writer.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// Changes come in bursts, and each costs the API server a write.
constexpr std::chrono::milliseconds kGather{100};

std::string merge_patch(const std::vector<k8s::LoadBalancerAddress>& addresses) {
    json::array list;
    for (const auto& address : addresses) {
        json::object entry;
        if (!address.hostname.empty()) entry["hostname"] = address.hostname;
        if (!address.ip.empty()) entry["ip"] = address.ip;
        list.push_back(std::move(entry));
    }
    return json::serialize(json::object{{"status", json::object{{"loadBalancer", json::object{{"ingress", list}}}}}});
}

}  // namespace

StatusWriter::StatusWriter(k8s::ApiClient& client, FindChanges find, std::chrono::seconds interval)
    : client_(client), find_(std::move(find)), interval_(interval) {}

void StatusWriter::look_soon() {
    again_ = true;
    if (wake_) wake_();
}

asio::awaitable<void> StatusWriter::run() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    struct Waking {
        explicit Waking(std::function<void()>& given) : wake(given) {}
        ~Waking() { wake = nullptr; }
        std::function<void()>& wake;
    } waking(wake_);
    wake_ = [&timer] { timer.cancel(); };
    for (;;) {
        if (!again_) {
            boost::system::error_code woken;
            timer.expires_after(interval_);
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        timer.expires_after(kGather);
        boost::system::error_code woken;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        again_ = false;
        for (auto& change : find_()) co_await write(std::move(change));
    }
}

asio::awaitable<void> StatusWriter::write(StatusChange change) {
    const auto name = change.ingress;
    k8s::ApiRequest request{
        "PATCH", fmt::format("/apis/networking.k8s.io/v1/namespaces/{}/ingresses/{}/status", name.ns, name.name),
        merge_patch(change.addresses), "application/merge-patch+json"};
    std::string problem;
    try {
        const auto answer = co_await client_.send(std::move(request));
        if (answer.status / 100 == 2) {
            told_ = false;
            log::info("status.written", {{"object", "Ingress " + name.to_string()}});
        } else if (answer.status != 404) {  // gone meanwhile
            problem = fmt::format("HTTP {}; the role must allow patch on ingresses/status", answer.status);
        }
    } catch (const k8s::ApiUnreachable& unreachable) {
        problem = unreachable.what();
    }
    if (!problem.empty() && !std::exchange(told_, true))
        log::warn("status.failed", {{"object", "Ingress " + name.to_string()}, {"reason", problem}});
}

}  // namespace fairway::ingress
