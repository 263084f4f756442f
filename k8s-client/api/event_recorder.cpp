#include "k8s-client/api/event_recorder.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/log.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// An Event is worth a few tries, not the memory of an API server that is away for days.
constexpr int kTries = 4;
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{30};

std::string key_of(const Event& event) { return event.about.name.ns + '/' + event_name(event); }

std::string collection(const Event& event) { return fmt::format("/api/v1/namespaces/{}/events", event.about.name.ns); }

/// 0: the answer is no Event.
std::int64_t count_of(const std::string& body) {
    boost::system::error_code error;
    const auto parsed = json::parse(body, error);
    if (error || !parsed.is_object()) return 0;
    const auto* const count = parsed.get_object().if_contains("count");
    return count != nullptr && count->is_int64() ? count->get_int64() : 0;
}

}  // namespace

EventRecorder::EventRecorder(ApiClient& client, EventSource source, EventQueueLimits limits)
    : client_(client), source_(std::move(source)), queue_(limits) {}

void EventRecorder::record(const Event& event) {
    const bool added = queue_.add(event, TokenBucket::Clock::now(), std::chrono::system_clock::now());
    if (!added && !std::exchange(told_dropped_, true))
        log::warn("events.dropped", {{"object", event.about.kind + " " + event.about.name.to_string()},
                                     {"event_reason", event.reason},
                                     {"reason", "too many Events, about this object or altogether"}});
    idle_.interrupt();
}

asio::awaitable<void> EventRecorder::run() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        if (queue_.empty()) {
            told_dropped_ = false;
            co_await idle_.sleep(std::chrono::hours(24));
            continue;
        }
        if (const auto pause = bucket_.wait(TokenBucket::Clock::now()); pause.count() > 0) {
            timer.expires_after(pause);
            co_await timer.async_wait(asio::use_awaitable);
        }
        bucket_.take(TokenBucket::Clock::now());
        const auto waiting = queue_.take();
        co_await write(waiting);
    }
}

asio::awaitable<void> EventRecorder::write(const EventQueue::Waiting& waiting) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto pause = kFirstPause;
    for (int tries = 1; tries <= kTries; ++tries) {
        retry_after_ = std::chrono::seconds(0);
        const bool done = co_await try_once(waiting);
        if (done || tries == kTries) co_return;
        timer.expires_after(std::max(pause, retry_after_));
        co_await timer.async_wait(asio::use_awaitable);
        pause = std::min(pause * 4, kLongestPause);
    }
}

/// @return false: worth another try.
asio::awaitable<bool> EventRecorder::try_once(const EventQueue::Waiting& waiting) {
    const auto key = key_of(waiting.event);
    const auto told_now = waiting.series.count;
    std::string problem;
    try {
        ApiResponse answer;
        auto count = counts_.find(key);
        if (count > 0) answer = co_await patch(waiting, count += told_now);
        // It is the first time, or the server has forgotten it: Events are kept for an hour.
        if (count == 0 || answer.status == kNotFound)
            answer = co_await create(waiting, count = std::max(count, told_now));
        if (answer.status == kConflict) {
            // Another replica has told the same, or we have in another life: its count goes on.
            answer = co_await patch(waiting, 0);
            count = count_of(answer.body) + told_now;
            if (is_good(answer.status)) answer = co_await patch(waiting, count);
        }
        if (is_good(answer.status)) {
            counts_.set(key, count);
            told_ = false;
            co_return true;
        }
        retry_after_ = answer.retry_after;
        problem = fmt::format("HTTP {}; the role must allow create and patch on events", answer.status);
        fail(waiting.event, problem);
        co_return !is_passing(answer.status);
    } catch (const ApiUnreachable& unreachable) {
        problem = unreachable.what();
    }
    fail(waiting.event, problem);
    co_return false;
}

asio::awaitable<ApiResponse> EventRecorder::create(const EventQueue::Waiting& waiting, std::int64_t count) {
    auto series = waiting.series;
    series.count = count;
    ApiRequest request{"POST", collection(waiting.event), event_json(waiting.event, source_, series),
                       "application/json"};
    return client_.send(std::move(request));
}

asio::awaitable<ApiResponse> EventRecorder::patch(const EventQueue::Waiting& waiting, std::int64_t count) {
    auto series = waiting.series;
    series.count = count;
    ApiRequest request{"PATCH", collection(waiting.event) + '/' + event_name(waiting.event), event_patch(series),
                       "application/merge-patch+json"};
    return client_.send(std::move(request));
}

void EventRecorder::fail(const Event& event, const std::string& problem) {
    if (std::exchange(told_, true)) return;
    log::warn("events.failed", {{"object", event.about.kind + " " + event.about.name.to_string()},
                                {"event_reason", event.reason},
                                {"reason", problem}});
}

}  // namespace fairway::k8s
