#include "k8s-client/api/leader_election.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// meta/v1 MicroTime.
std::string micro_time(std::chrono::system_clock::time_point time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(micros / 1'000'000)),
                       micros % 1'000'000);
}

std::string text(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

json::object child(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_object() ? value->get_object() : json::object();
}

}  // namespace

LeaderElection::LeaderElection(ApiClient& client, ElectionOptions options, std::function<void(bool)> on_change)
    : client_(client), options_(std::move(options)), on_change_(std::move(on_change)) {}

asio::awaitable<void> LeaderElection::run() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (bool failing = false;;) {
        std::string problem;
        try {
            co_await acquire_or_renew();
        } catch (const ApiUnreachable& unreachable) {
            lease_.clear();  // whether it was written is not known
            problem = unreachable.what();
        }
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) co_return;  // that is what broke it
        const bool told = std::exchange(failing, !problem.empty());
        if (failing && !told) log::warn("election.failed", {{"reason", problem}});
        if (!leading()) set_leading(false);
        const auto pause = std::chrono::milliseconds(options_.duration) / (failing ? 16 : 4);
        // Replicas that start together must not ask together for ever.
        std::uniform_int_distribution<std::int64_t> jitter(pause.count() * 9 / 10, pause.count());
        timer.expires_after(std::chrono::milliseconds(jitter(random_)));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

std::string LeaderElection::target(bool with_name) const {
    return fmt::format("/apis/coordination.k8s.io/v1/namespaces/{}/leases{}{}", options_.ns, with_name ? "/" : "",
                       with_name ? options_.lease : "");
}

/// An answer that comes after the next try is due is of no use.
ApiRequest LeaderElection::request(std::string method, bool with_name, std::string body) const {
    ApiRequest request{std::move(method), target(with_name), std::move(body), {}};
    if (!request.body.empty()) request.content_type = "application/json";
    request.limit = std::min(request.limit, std::chrono::milliseconds(options_.duration) / 4);
    return request;
}

asio::awaitable<void> LeaderElection::acquire_or_renew() {
    // The leader knows the Lease as it wrote it: one request renews it.
    if (leading_ && !lease_.empty() && co_await claim(lease_)) co_return;
    auto lease = co_await read();
    if (held_by_another(child(lease, "spec"))) {
        set_leading(false);
        co_return;
    }
    co_await claim(std::move(lease));
}

/// The Lease as it is, or one to be created.
asio::awaitable<json::object> LeaderElection::read() {
    const auto found = co_await client_.send(request("GET", true));
    if (found.status == kNotFound)
        co_return json::object{{"apiVersion", "coordination.k8s.io/v1"},
                               {"kind", "Lease"},
                               {"metadata", json::object{{"name", options_.lease}, {"namespace", options_.ns}}}};
    if (found.status != kOk)
        throw ApiUnreachable(
            fmt::format("the Lease {}/{} cannot be read (HTTP {}); the Role must allow get, create and "
                        "update",
                        options_.ns, options_.lease, found.status));
    boost::system::error_code error;
    auto parsed = json::parse(found.body, error);
    if (error || !parsed.is_object()) throw ApiUnreachable("the answer of the API server is no Lease");
    co_return std::move(parsed.get_object());
}

/// @return false when another was faster.
asio::awaitable<bool> LeaderElection::claim(json::object lease) {
    const auto asked = Clock::now();  // the renewal counts from here, whenever the answer comes
    lease["spec"] = claimed(child(lease, "spec"));
    const bool exists = !text(child(lease, "metadata"), "resourceVersion").empty();
    if (!co_await write(request(exists ? "PUT" : "POST", exists, json::serialize(lease)))) co_return false;
    renewed_ = asked;
    set_leading(true);
    co_return true;
}

asio::awaitable<bool> LeaderElection::write(ApiRequest request) {
    lease_.clear();
    const auto answer = co_await client_.send(std::move(request));
    if (answer.status == kConflict || answer.status == kNotFound) co_return false;
    if (!is_good(answer.status))
        throw ApiUnreachable(fmt::format("the Lease {}/{} cannot be written (HTTP {}); the Role must allow create and "
                                         "update",
                                         options_.ns, options_.lease, answer.status));
    boost::system::error_code error;
    auto parsed = json::parse(answer.body, error);
    if (!error && parsed.is_object()) lease_ = std::move(parsed.get_object());
    co_return true;
}

bool LeaderElection::held_by_another(const json::object& spec) {
    const auto holder = text(spec, "holderIdentity");
    if (holder.empty() || holder == options_.identity) return false;
    const auto now = Clock::now();
    auto seen = holder + ' ' + text(spec, "renewTime");
    if (seen != seen_) {
        seen_ = std::move(seen);
        seen_since_ = now;
    }
    const std::chrono::seconds duration(std::clamp<std::int64_t>(number(spec, "leaseDurationSeconds"), 1, 3600));
    return now - seen_since_ < duration;
}

json::object LeaderElection::claimed(const json::object& spec) const {
    const auto now = micro_time(std::chrono::system_clock::now());
    const bool ours = text(spec, "holderIdentity") == options_.identity;
    json::object claim = spec;
    claim["holderIdentity"] = options_.identity;
    claim["leaseDurationSeconds"] = options_.duration.count();
    claim["renewTime"] = now;
    if (ours) return claim;
    claim["acquireTime"] = now;
    claim["leaseTransitions"] = number(spec, "leaseTransitions") + (spec.empty() ? 0 : 1);
    return claim;
}

asio::awaitable<void> LeaderElection::release() {
    if (!leading_) co_return;
    set_leading(false);
    try {
        co_await hand_back();
    } catch (const ApiUnreachable& unreachable) {
        log::warn("election.not_released", {{"reason", unreachable.what()}});
    }
}

asio::awaitable<void> LeaderElection::hand_back() {
    auto lease = co_await read();
    auto spec = child(lease, "spec");
    if (text(spec, "holderIdentity") != options_.identity) co_return;
    spec.erase("holderIdentity");
    spec["leaseDurationSeconds"] = 1;
    lease["spec"] = std::move(spec);
    co_await write(request("PUT", true, json::serialize(lease)));
}

void LeaderElection::set_leading(bool leading) {
    if (std::exchange(leading_, leading) == leading) return;
    log::info(leading ? "election.leading" : "election.following",
              {{"lease", options_.ns + "/" + options_.lease}, {"identity", options_.identity}});
    on_change_(leading);
}

}  // namespace fairway::k8s
