// Answers of the API server that are not what was asked for, by their HTTP status.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <string_view>

namespace fairway::k8s {

inline constexpr unsigned kOk = 200;
inline constexpr unsigned kBadRequest = 400;
inline constexpr unsigned kUnauthorized = 401;
inline constexpr unsigned kForbidden = 403;
inline constexpr unsigned kNotFound = 404;
inline constexpr unsigned kConflict = 409;
inline constexpr unsigned kGone = 410;  ///< the list or watch must begin anew
inline constexpr unsigned kInvalid = 422;
inline constexpr unsigned kTooManyRequests = 429;

constexpr bool is_good(unsigned status) noexcept { return status / 100 == 2; }

/// The server is busy or ill; anything else that is not good will not become so.
constexpr bool is_passing(unsigned status) noexcept { return status == kTooManyRequests || status >= 500; }

/// Why objects of a kind could not be listed or watched.
constexpr std::string_view reason_of(unsigned status) noexcept {
    switch (status) {
        case kUnauthorized: return "the API server does not know who we are; is the token expired?";
        case kForbidden: return "we may not read this; a Role or ClusterRole must allow list and watch";
        case kNotFound: return "the API server does not have this API";
        case kTooManyRequests: return "the API server is busy";
        default: return "the API server cannot answer";
    }
}

/// The API server answered, but not with what was asked for. The message says why, for people.
class Refused : public std::runtime_error {
public:
    explicit Refused(unsigned answer, std::chrono::seconds pause = {}) : Refused(answer, reason_of(answer), pause) {}
    Refused(unsigned answer, std::string_view what, std::chrono::seconds pause)
        : std::runtime_error(fmt::format("{} (HTTP {})", what, answer)), status(answer), retry_after(pause) {}
    unsigned status;  ///< of HTTP
    std::chrono::seconds retry_after;
};

}  // namespace fairway::k8s
