// Reads the objects of one kind once, for whoever does not want to follow them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <stdexcept>
#include <string>

#include "k8s-client/api/api_client.hpp"
#include "k8s-client/api/resource_watch.hpp"

namespace fairway::k8s {

/// One page, or the refusal of it.
struct ListPage {
    unsigned status = 0;  ///< of HTTP; 200: `meta` counts
    std::chrono::seconds retry_after{0};
    ListMeta meta;
};

/// Reads one page; of what the server sends, the text of one object is held at a time.
/// @param continue_token  ListMeta::continue_token of the page before; empty: the first page.
/// @param client, resource, take  outlive the coroutine.
/// Throws ApiUnreachable, also for an answer that is no list.
boost::asio::awaitable<ListPage> list_page(ApiClient& client, const WatchedResource& resource,
                                           const std::string& continue_token, const std::function<void(Decoded)>& take);

/// All that there are, in pages of 500. A busy server is asked three times, and one that has forgotten the pages between two of
/// them (410) from the first page on: `take` may get an object twice.
/// @param client  outlives the coroutine.
/// @param take    what a part of the answer holds, as it comes; also complaints about objects that cannot be read.
/// Throws ApiUnreachable, Refused.
boost::asio::awaitable<void> list_objects(ApiClient& client, WatchedResource resource,
                                          std::function<void(Decoded)> take);

}  // namespace fairway::k8s
