#include "k8s-client/api/list_objects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "k8s-client/api/list_splitter.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;

constexpr int kPage = 500;  // objects; as kubectl
constexpr int kTries = 3;
constexpr std::chrono::seconds kPause{1};
constexpr std::chrono::seconds kLongestPause{10};  // whatever Retry-After says: somebody waits for us

bool may_pass(unsigned status) { return status == kGone || is_passing(status); }

}  // namespace

asio::awaitable<ListPage> list_page(ApiClient& client, const WatchedResource& resource,
                                    const std::string& continue_token, const std::function<void(Decoded)>& take) {
    auto target = resource.target();
    target += fmt::format("{}limit={}", target.find('?') == std::string::npos ? '?' : '&', kPage);
    if (!continue_token.empty())
        target += "&continue=" + boost::urls::encode(continue_token, boost::urls::unreserved_chars);
    const auto answer = co_await client.stream(std::move(target));
    ListPage page{answer->status(), answer->retry_after(), {}};
    if (page.status != kOk) co_return page;
    const ApiUnreachable garbled("the answer of the API server is not what it should be");
    ListSplitter splitter(resource.kind, resource.api_version(), [&](std::string_view list) {
        auto decoded = decode(list, {}, {});
        if (decoded.truncated) throw garbled;
        take(std::move(decoded));
    });
    bool sound = true;
    while (sound) {
        const auto chunk = co_await answer->next_chunk(ApiRequest::kAnswerLimit);
        if (!chunk) break;
        sound = splitter.feed(*chunk);
    }
    auto rest = decode(splitter.rest(), {}, {});
    if (!sound || rest.truncated || rest.list.resource_version.empty()) throw garbled;
    page.meta = std::move(rest.list);
    co_return page;
}

asio::awaitable<void> list_objects(ApiClient& client, WatchedResource resource, std::function<void(Decoded)> take) {
    std::string next;
    for (int tries = 1;;) {
        const auto page = co_await list_page(client, resource, next, take);
        if (page.status == kOk) {
            if (page.meta.continue_token.empty()) co_return;
            next = page.meta.continue_token;
            continue;
        }
        if (!may_pass(page.status) || tries++ == kTries) throw Refused(page.status);
        if (page.status == kGone) next.clear();
        const auto pause = std::clamp(page.retry_after, kPause, kLongestPause);
        asio::steady_timer timer(co_await asio::this_coro::executor, pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace fairway::k8s
