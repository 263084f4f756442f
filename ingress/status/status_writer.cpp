#include "ingress/status/status_writer.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// Changes come in bursts, and each costs the API server a write.
constexpr std::chrono::milliseconds kGather{100};

constexpr k8s::BackoffTimes kPauses{.first = std::chrono::milliseconds(500),
                                    .longest_unreachable = std::chrono::seconds(2),
                                    .longest_busy = std::chrono::seconds(30)};

std::string target_of(const k8s::ObjectName& name) {
    return fmt::format("/apis/networking.k8s.io/v1/namespaces/{}/ingresses/{}", name.ns, name.name);
}

json::object status_of(const StatusChange& change) {
    json::array list;
    for (const auto& address : change.addresses) {
        json::object entry;
        if (!address.hostname.empty()) entry["hostname"] = address.hostname;
        if (!address.ip.empty()) entry["ip"] = address.ip;
        list.push_back(std::move(entry));
    }
    return {{"loadBalancer", json::object{{"ingress", std::move(list)}}}};
}

std::string merge_patch(const StatusChange& change) {
    json::object patch{{"status", status_of(change)}};
    if (!change.resource_version.empty())
        patch["metadata"] = json::object{{"resourceVersion", change.resource_version}};
    return json::serialize(patch);
}

}  // namespace

StatusWriter::StatusWriter(k8s::ApiClient& client, FindChanges find, MayWrite may_write, std::chrono::seconds interval)
    : client_(client),
      find_(std::move(find)),
      may_write_(std::move(may_write)),
      interval_(interval),
      backoff_(kPauses) {}

void StatusWriter::look_soon() {
    again_ = true;
    idle_.interrupt();
}

asio::awaitable<void> StatusWriter::run() {
    for (;;) {
        if (!again_) co_await idle_.sleep(interval_);
        co_await pause(kGather);
        again_ = false;
        co_await write_all(find_());
    }
}

asio::awaitable<void> StatusWriter::pause(std::chrono::milliseconds length) {
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> StatusWriter::write_all(std::vector<StatusChange> changes) {
    busy_ = false;
    written_ = 0;
    for (auto& change : changes) {
        if (busy_ || !may_write_()) break;
        co_await write(std::move(change));
    }
    if (written_ != 0) log::info("status.written", {{"ingresses", written_}});
    // What was refused is found again, with what else has changed until then.
    if (retry_after_ != std::chrono::milliseconds::zero())
        co_await pause(std::exchange(retry_after_, {}));
    else
        backoff_.reset();
}

asio::awaitable<k8s::ApiResponse> StatusWriter::send(StatusChange change) {
    k8s::ApiRequest request{"PATCH", target_of(change.ingress) + "/status", merge_patch(change),
                            "application/merge-patch+json"};
    if (!patch_forbidden_) {
        auto answer = co_await client_.send(request);
        if (answer.status != k8s::kForbidden) co_return answer;
    }
    // ingress-nginx's own role allows update, not patch.
    auto found = co_await client_.get(target_of(change.ingress));
    if (found.status != k8s::kOk) co_return found;
    boost::system::error_code error;
    auto parsed = json::parse(found.body, error);
    if (error || !parsed.is_object()) throw k8s::ApiUnreachable("the answer of the API server is no Ingress");
    auto& ingress = parsed.get_object();
    const auto* const version = parsed.find_pointer("/metadata/resourceVersion", error);
    const bool later = version != nullptr && version->is_string() && !change.resource_version.empty() &&
                       version->get_string() != change.resource_version;
    if (later) co_return k8s::ApiResponse{k8s::kConflict, {}, {}};
    ingress["status"] = status_of(change);
    request.method = "PUT";
    request.body = json::serialize(ingress);
    request.content_type = "application/json";
    auto answer = co_await client_.send(std::move(request));
    patch_forbidden_ = k8s::is_good(answer.status);
    co_return answer;
}

asio::awaitable<void> StatusWriter::write(StatusChange change) {
    const auto name = change.ingress;
    try {
        const auto answer = co_await send(std::move(change));
        if (k8s::is_good(answer.status)) {
            told_ = false;
            ++written_;
        } else if (answer.status == k8s::kConflict || k8s::is_passing(answer.status)) {
            again_ = true;
            retry_after_ = backoff_.next(k8s::Failure::busy, answer.retry_after);
            busy_ = answer.status != k8s::kConflict;
            if (busy_) failed(name, fmt::format("HTTP {}", answer.status));
        } else if (answer.status != k8s::kNotFound) {  // gone meanwhile
            failed(name, fmt::format("HTTP {}; the role must allow patch, or get and update, on ingresses/status",
                                     answer.status));
        }
    } catch (const k8s::ApiUnreachable& unreachable) {
        again_ = true;
        busy_ = true;
        retry_after_ = backoff_.next(k8s::Failure::unreachable);
        failed(name, unreachable.what());
    }
}

void StatusWriter::failed(const k8s::ObjectName& name, const std::string& problem) {
    if (!std::exchange(told_, true))
        log::warn("status.failed", {{"object", "Ingress " + name.to_string()}, {"reason", problem}});
}

}  // namespace fairway::ingress
