// How a route speaks to its backend: time-outs, retries, sizes.
#pragma once

#include <chrono>
#include <cstdint>

namespace fairway::routing {

/// Annotations and ConfigMap keys proxy-connect-timeout, proxy-send-timeout, proxy-read-timeout (whole seconds).
struct UpstreamTimeouts {
    std::chrono::seconds connect{5};
    std::chrono::seconds send{60};  ///< between two writes to the endpoint
    std::chrono::seconds read{60};  ///< between two reads from the endpoint

    bool operator==(const UpstreamTimeouts&) const = default;
};

/// proxy-next-upstream: the conditions under which another endpoint is tried. Bits of RetryPolicy::conditions.
enum RetryCondition : std::uint16_t {
    retry_error = 1 << 0,  ///< connect refused or reset, connection broken before the response head
    retry_timeout = 1 << 1,
    retry_invalid_header = 1 << 2,  ///< empty or invalid response
    retry_http_500 = 1 << 3,
    retry_http_502 = 1 << 4,
    retry_http_503 = 1 << 5,
    retry_http_504 = 1 << 6,
    retry_http_403 = 1 << 7,
    retry_http_404 = 1 << 8,
    retry_http_429 = 1 << 9,
    retry_non_idempotent = 1 << 10,  ///< also POST, LOCK, PATCH after bytes were sent
};

/// Annotations and ConfigMap keys proxy-next-upstream, -tries, -timeout; retry-non-idempotent.
struct RetryPolicy {
    std::uint16_t conditions = retry_error | retry_timeout;
    std::uint32_t tries = 3;          ///< attempts in all; 0 = as many as there are endpoints
    std::chrono::seconds timeout{0};  ///< for all attempts together; 0 = no limit

    bool operator==(const RetryPolicy&) const = default;
};

/// Annotation and ConfigMap key proxy-body-size.
struct BodyLimit {
    std::uint64_t max_bytes = 1024ULL * 1024;  ///< 0 = no limit

    bool operator==(const BodyLimit&) const = default;
};

}  // namespace fairway::routing
