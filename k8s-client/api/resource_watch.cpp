#include "k8s-client/api/resource_watch.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "base/log.hpp"
#include "k8s-client/api/list_objects.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;

std::string encoded(std::string_view text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

void expect_ok(const AnswerStream& answer) {
    if (answer.status() != kOk) throw Refused(answer.status(), answer.retry_after());
}

/// ERROR lines carry Kubernetes' own words: 410 is no fault of anyone's.
Refused error_line(const WatchEvent& event) { return {static_cast<unsigned>(event.code), event.message, {}}; }

Refused not_understood() { return {kGone, "a line of the watch was not understood", {}}; }

}  // namespace

std::string WatchedResource::target() const {
    std::string text(group);
    if (!ns.empty()) text += "/namespaces/" + encoded(ns);
    text += fmt::format("/{}?", plural);
    if (!field_selector.empty()) text += "fieldSelector=" + encoded(field_selector) + "&";
    if (!label_selector.empty()) text += "labelSelector=" + encoded(label_selector) + "&";
    text.pop_back();
    return text;
}

std::string_view WatchedResource::api_version() const {
    for (const std::string_view root : {"/apis/", "/api/"})
        if (group.starts_with(root)) return group.substr(root.size());
    return group;
}

ResourceWatch::ResourceWatch(ApiClient& client, WatchedResource resource, WatchEvents events, WatchTimes times)
    : client_(client),
      resource_(std::move(resource)),
      events_(std::move(events)),
      times_(times),
      backoff_(times.pauses) {}

asio::awaitable<void> ResourceWatch::run() {
    for (;;) {
        std::string problem;
        auto failure = Failure::unreachable;
        std::chrono::milliseconds at_least{0};
        bool wait_first = false;
        const auto began = std::chrono::steady_clock::now();
        // Asked before: another watch of this client may learn meanwhile that the server does not stream lists.
        const bool streaming = resource_version_.empty() && client_.streams_lists();
        try {
            co_await begin_or_go_on();
        } catch (const Refused& refused) {
            if (streaming && (refused.status == kBadRequest || refused.status == kInvalid)) {
                client_.without_streamed_lists();
                continue;
            }
            const bool denied = refused.status == kForbidden || refused.status == kNotFound;
            if (denied) events_.denied();
            if (refused.status == kGone) {
                log::info("api.relist", {{"resource", resource_.plural}, {"reason", refused.what()}});
                resource_version_.clear();
                wait_first = true;  // all replicas are told at once
                failure = Failure::gone;
            } else {
                problem = refused.what();
                failure = denied || refused.status == kUnauthorized ? Failure::refused : Failure::busy;
            }
            at_least = refused.retry_after;
        } catch (const ApiSilent& silent) {
            // Before everything has been read that means a server which takes no notice of sendInitialEvents.
            if (resource_version_.empty()) client_.without_streamed_lists();
            problem = silent.what();
        } catch (const ApiUnreachable& unreachable) {
            problem = unreachable.what();
        }
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) co_return;  // that is what broke it
        if (!problem.empty() && !std::exchange(failing_, true))
            log::warn("api.failed", {{"resource", resource_.plural}, {"reason", problem}});
        wait_first |= !problem.empty();
        if (std::chrono::steady_clock::now() - began >= times_.short_watch)
            backoff_.reset();
        else
            wait_first = true;
        if (wait_first) co_await wait(failure, at_least);
    }
}

void ResourceWatch::recovered() {
    if (std::exchange(failing_, false)) log::info("api.recovered", {{"resource", resource_.plural}});
}

asio::awaitable<void> ResourceWatch::wait(Failure failure, std::chrono::milliseconds at_least) {
    asio::steady_timer timer(co_await asio::this_coro::executor, backoff_.next(failure, at_least));
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> ResourceWatch::begin_or_go_on() {
    if (resource_version_.empty() && !client_.streams_lists()) co_await list();
    co_await watch();
}

void ResourceWatch::note(const Decoded& decoded) {
    for (const auto& object : decoded.objects) initial_.insert(meta_of(object).name);
    for (const auto& [kind, name] : decoded.refused) initial_.insert(name);
}

asio::awaitable<void> ResourceWatch::list() {
    const std::function<void(Decoded)> take = [this](Decoded decoded) {
        note(decoded);
        events_.changed(std::move(decoded));
    };
    initial_.clear();
    ListMeta page;
    do {
        auto got = co_await list_page(client_, resource_, page.continue_token, take);
        if (got.status != kOk) throw Refused(got.status, got.retry_after);
        page = std::move(got.meta);
    } while (!page.continue_token.empty());
    resource_version_ = page.resource_version;
    recovered();
    events_.listed(std::exchange(initial_, {}));
}

std::string ResourceWatch::watch_target(std::chrono::seconds length) const {
    std::string target = resource_.target();
    target += target.find('?') == std::string::npos ? '?' : '&';
    target += fmt::format("watch=true&allowWatchBookmarks=true&timeoutSeconds={}", length.count());
    // KEP-3157: all that there is as events, then a bookmark that says so. Neither parameter may stand alone.
    if (resource_version_.empty()) return target + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    return target + "&resourceVersion=" + encoded(resource_version_);
}

asio::awaitable<void> ResourceWatch::watch() {
    std::uniform_int_distribution<std::int64_t> any_length(times_.length.count(), 2 * times_.length.count());
    const std::chrono::milliseconds length(any_length(random_));
    const auto end = std::chrono::steady_clock::now() + length + times_.grace;
    initial_.clear();
    const auto stream = co_await client_.stream(watch_target(std::chrono::ceil<std::chrono::seconds>(length)));
    expect_ok(*stream);
    if (!resource_version_.empty()) recovered();
    for (;;) {
        auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (bookmarks_) patience = std::min(patience, times_.silence);
        if (resource_version_.empty()) patience = std::min<std::chrono::milliseconds>(patience, times_.grace);
        const auto line = co_await stream->next_line(patience);
        if (!line) co_return;
        if (line->empty()) continue;
        if (resource_version_.empty())
            take_initial(decode_watch_event(*line));
        else
            take(decode_watch_event(*line));
    }
}

/// While all that is there is being sent, no resource version counts: half of it cannot be gone on from.
void ResourceWatch::take_initial(WatchEvent event) {
    switch (event.type) {
        case WatchEvent::Type::error: throw error_line(event);
        case WatchEvent::Type::unknown: throw not_understood();
        case WatchEvent::Type::deleted:
            initial_.erase(event.name);
            events_.deleted(event.name);
            break;
        case WatchEvent::Type::changed:
            note(event.decoded);
            events_.changed(std::move(event.decoded));
            break;
        case WatchEvent::Type::bookmark:
            if (!event.initial_events_end) break;
            resource_version_ = event.resource_version;
            recovered();
            events_.listed(std::exchange(initial_, {}));
            break;
    }
}

void ResourceWatch::take(WatchEvent event) {
    switch (event.type) {
        case WatchEvent::Type::error: throw error_line(event);
        case WatchEvent::Type::unknown: throw not_understood();
        case WatchEvent::Type::deleted: events_.deleted(event.name); break;
        case WatchEvent::Type::changed: events_.changed(std::move(event.decoded)); break;
        case WatchEvent::Type::bookmark: bookmarks_ = true; break;
    }
    if (!event.resource_version.empty()) resource_version_ = event.resource_version;
}

}  // namespace fairway::k8s
