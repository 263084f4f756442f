// A small HTTP/1.1 client for one GET of a local server: what `fairway get` asks the admin API with.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace fairway::admin {

struct HttpClientLimits {
    std::chrono::seconds timeout{10};  ///< for the whole exchange
    std::size_t max_header_bytes = 64 * 1024;
    std::size_t max_body_bytes = 256 * 1024 * 1024;
};

struct HttpAnswer {
    unsigned status = 0;
    std::string body;
};

/// Error: not of the form "http://HOST[:PORT]"; HOST is a name or an address, IPv6 in brackets.
Result<void> check_server_url(const std::string& base);

/// Blocks until the answer is there.
/// @param base  as check_server_url() has it.
/// @param target  path and query, encoded, with its leading slash.
/// Errors: everything that goes wrong on the way; each names the base.
Result<HttpAnswer> http_get(const std::string& base, const std::string& target, const HttpClientLimits& limits = {});

}  // namespace fairway::admin
