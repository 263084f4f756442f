// A small POST over HTTP on the control thread, to an address that a certificate names.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/result.hpp"

namespace fairway::ingress {

struct HttpPost {
    std::string url;  ///< "http://host[:port]/path"
    std::string content_type;
    std::string body;
};

/// Answers with the body of a 200, of at most 64 KiB. All of it may take 5 seconds. Redirects are not followed.
/// @param done  called once, in a later turn of `io`; not at all when `io` ends before.
void http_post(boost::asio::io_context& io, HttpPost post, std::function<void(Result<std::string>)> done);

}  // namespace fairway::ingress
