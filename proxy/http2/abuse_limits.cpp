#include "proxy/http2/abuse_limits.hpp"

#include <algorithm>

namespace fairway::proxy::http2 {

namespace {

struct Limit {
    float burst;
    float per_second;
};

// A browser that leaves a page resets all of its streams at once; libraries ping every few seconds.
constexpr std::array<Limit, kNuisances> kLimits = {{
    {.burst = 300, .per_second = 30},    // reset
    {.burst = 60, .per_second = 10},     // ping
    {.burst = 30, .per_second = 1},      // settings
    {.burst = 100, .per_second = 10},    // empty_data
    {.burst = 1000, .per_second = 100},  // priority: old Firefox sends several for each request
    {.burst = 200, .per_second = 20},    // tiny_window
    {.burst = 100, .per_second = 10},    // unknown: RFC 9113 section 5.5 lets clients grease
}};

}  // namespace

bool AbuseLimits::allow(Nuisance kind, io::TimePoint now) noexcept {
    Bucket& bucket = buckets_[static_cast<std::size_t>(kind)];
    const Limit& limit = kLimits[static_cast<std::size_t>(kind)];
    const std::chrono::duration<float> passed = now - bucket.since;
    bucket.used = std::max(0.0F, bucket.used - passed.count() * limit.per_second) + 1;
    bucket.since = now;
    return bucket.used <= limit.burst;
}

void AbuseLimits::forgive(Nuisance kind) noexcept {
    float& used = buckets_[static_cast<std::size_t>(kind)].used;
    used = std::max(0.0F, used - 1);
}

}  // namespace fairway::proxy::http2
