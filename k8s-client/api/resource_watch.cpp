#include "k8s-client/api/resource_watch.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "base/log.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;

constexpr int kPage = 500;                       // objects; as kubectl
constexpr int kWatchSeconds = 300;               // and up to twice that, so that not all end together
constexpr std::chrono::seconds kWatchGrace{30};  // behind the end that was asked for
constexpr std::chrono::seconds kShortWatch{1};   // one that ends sooner is not begun anew at once
constexpr std::chrono::milliseconds kFirstPause{200};
constexpr std::chrono::milliseconds kLongestUnreachable{800};  // trying a closed port costs nobody anything
constexpr std::chrono::milliseconds kLongestRefused{30'000};

std::string encoded(std::string_view text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

/// The server answered, but not with what was asked for.
class Refused : public std::runtime_error {
public:
    Refused(unsigned answer, const std::string& what, std::chrono::seconds pause)
        : std::runtime_error(fmt::format("{} (HTTP {})", what, answer)), status(answer), retry_after(pause) {}
    unsigned status;
    std::chrono::seconds retry_after;
};

std::string reason_of(unsigned status) {
    switch (status) {
        case 401: return "the API server does not know who we are; is the token expired?";
        case 403: return "we may not read this; the ClusterRole must allow list and watch";
        case 404: return "the API server does not have this API";
        case 429: return "the API server is busy";
        default: return "the API server cannot answer";
    }
}

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

ResourceWatch::ResourceWatch(ApiClient& client, WatchedResource resource, WatchEvents events)
    : client_(client), resource_(std::move(resource)), events_(std::move(events)) {}

asio::awaitable<void> ResourceWatch::run() {
    for (;;) {
        std::string problem;
        try {
            if (resource_version_.empty()) co_await list();
            const auto began = std::chrono::steady_clock::now();
            co_await watch();
            if (std::chrono::steady_clock::now() - began < kShortWatch) co_await wait_before_retry();
            continue;
        } catch (const Refused& refused) {
            if (refused.status == 410) {
                log::info("api.relist", {{"resource", resource_.plural}});
                resource_version_.clear();
                continue;
            }
            problem = refused.what();
            if (refused.status == 403 || refused.status == 404) events_.denied();
            longest_pause_ = kLongestRefused;
            pause_ = std::max<std::chrono::milliseconds>(pause_, refused.retry_after);
        } catch (const ApiUnreachable& unreachable) {
            problem = unreachable.what();
            longest_pause_ = kLongestUnreachable;
        }
        if (!std::exchange(failing_, true))
            log::warn("api.failed", {{"resource", resource_.plural}, {"reason", problem}});
        co_await wait_before_retry();
    }
}

void ResourceWatch::succeeded() {
    if (std::exchange(failing_, false)) log::info("api.recovered", {{"resource", resource_.plural}});
    pause_ = {};
}

asio::awaitable<void> ResourceWatch::wait_before_retry() {
    pause_ = std::clamp(pause_ * 2, kFirstPause, std::max(longest_pause_, kFirstPause));
    std::uniform_int_distribution<std::int64_t> jitter(pause_.count() / 2, pause_.count());
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(jitter(random_)));
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> ResourceWatch::list() {
    const std::string target = resource_.target();
    const char joiner = target.find('?') == std::string::npos ? '?' : '&';
    std::set<ObjectName> all;
    ListMeta page;
    do {
        auto request = fmt::format("{}{}limit={}", target, joiner, kPage);
        if (!page.continue_token.empty()) request += "&continue=" + encoded(page.continue_token);
        auto answer = co_await client_.get(std::move(request));
        if (answer.status != 200) throw Refused(answer.status, reason_of(answer.status), answer.retry_after);
        auto decoded = decode(answer.body, {}, {});
        answer.body = {};
        if (decoded.truncated) throw ApiUnreachable("the answer of the API server is not what it should be");
        page = decoded.list;
        for (const auto& object : decoded.objects) all.insert(meta_of(object).name);
        for (const auto& [kind, name] : decoded.refused) all.insert(name);
        events_.changed(std::move(decoded));
    } while (!page.continue_token.empty());
    resource_version_ = page.resource_version;
    succeeded();
    events_.listed(all);
}

asio::awaitable<void> ResourceWatch::watch() {
    const std::string target = resource_.target();
    const char joiner = target.find('?') == std::string::npos ? '?' : '&';
    const int seconds = std::uniform_int_distribution(kWatchSeconds, 2 * kWatchSeconds)(random_);
    auto stream = co_await client_.watch(
        fmt::format("{}{}watch=true&allowWatchBookmarks=true&timeoutSeconds={}&resourceVersion={}", target, joiner,
                    seconds, encoded(resource_version_)));
    if (stream->status() != 200) throw Refused(stream->status(), reason_of(stream->status()), stream->retry_after());
    succeeded();
    while (const auto line = co_await stream->next_line(std::chrono::seconds(seconds) + kWatchGrace)) {
        if (!line->empty()) take(decode_watch_event(*line));
    }
}

void ResourceWatch::take(WatchEvent event) {
    switch (event.type) {
        case WatchEvent::Type::error: throw Refused(static_cast<unsigned>(event.code), event.message, {});
        case WatchEvent::Type::unknown: throw Refused(410, "a line of the watch was not understood", {});
        case WatchEvent::Type::deleted: events_.deleted(event.name); break;
        case WatchEvent::Type::changed: events_.changed(std::move(event.decoded)); break;
        case WatchEvent::Type::bookmark: break;
    }
    if (!event.resource_version.empty()) resource_version_ = event.resource_version;
}

}  // namespace fairway::k8s
