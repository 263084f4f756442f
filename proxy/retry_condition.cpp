#include "proxy/retry_condition.hpp"

#include "routing/policy/upstream_policy.hpp"

namespace fairway::proxy {

std::uint16_t retry_condition(std::uint16_t status) noexcept {
    switch (status) {
        case 403: return routing::retry_http_403;
        case 404: return routing::retry_http_404;
        case 429: return routing::retry_http_429;
        case 500: return routing::retry_http_500;
        case 502: return routing::retry_http_502;
        case 503: return routing::retry_http_503;
        case 504: return routing::retry_http_504;
        default: return 0;
    }
}

std::uint16_t retry_condition(Failure failure) noexcept {
    switch (failure) {
        case Failure::connect_failed:
        case Failure::tls_failed:
        case Failure::upstream_broken: return routing::retry_error;
        case Failure::connect_timeout:
        case Failure::upstream_timeout: return routing::retry_timeout;
        case Failure::upstream_invalid: return routing::retry_invalid_header;
        default: return 0;
    }
}

}  // namespace fairway::proxy
