#include "proxy/rate_limit_table.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace fairway::proxy {

namespace {

// What is in the bucket once one more request is.
double with_one_more(double used, double requests_per_second, double seconds) {
    return std::max(used - requests_per_second * seconds + 1, 0.0);
}

bool overflows(double used, std::uint32_t limit, std::uint32_t burst_multiplier) {
    return limit != 0 && used > static_cast<double>(limit) * burst_multiplier;
}

}  // namespace

void LimitedRequest::release() noexcept {
    if (auto* const table = std::exchange(table_, nullptr)) table->end(client_);
}

RateLimitTable::Verdict RateLimitTable::charge(const routing::RateLimits& limits, std::string_view client,
                                               TimePoint now, LimitedRequest& in_progress) {
    const std::uint64_t id = hash(limits.zone, client);
    Shard& shard = shard_of(id);
    const std::int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(now - started_).count();
    {
        const std::lock_guard lock(shard.mutex);
        Used& used = shard.clients.use(id, bucket_hash(id), [](const Used& other) { return other.in_progress != 0; });
        const double seconds = static_cast<double>(std::max<std::int64_t>(now_us - used.updated_us, 0)) / 1e6;
        const double of_second = with_one_more(used.of_second, limits.requests_per_second, seconds);
        const double of_minute = with_one_more(used.of_minute, limits.requests_per_minute / 60.0, seconds);
        if (overflows(of_second, limits.requests_per_second, limits.burst_multiplier) ||
            overflows(of_minute, limits.requests_per_minute, limits.burst_multiplier))
            return Verdict::too_many_requests;
        used.of_second = of_second;
        used.of_minute = of_minute;
        used.updated_us = std::max(now_us, used.updated_us);
        if (limits.connections == 0) return Verdict::passed;
        if (used.in_progress >= limits.connections) return Verdict::too_many_at_once;
        ++used.in_progress;
    }
    in_progress = LimitedRequest(*this, id);
    return Verdict::passed;
}

void RateLimitTable::end(std::uint64_t client) noexcept {
    Shard& shard = shard_of(client);
    const std::lock_guard lock(shard.mutex);
    Used* const used = shard.clients.find(client, bucket_hash(client));
    if (used != nullptr && used->in_progress > 0) --used->in_progress;  // null: forgotten for lack of room
}

// Texts of any length: SipHash over 32 bytes at a time, each with the result before it.
std::uint64_t RateLimitTable::hash(std::uint64_t zone, std::string_view client) const noexcept {
    std::uint64_t result = zone;
    std::size_t at = 0;
    do {
        std::array<std::uint64_t, 6> words{result, client.size()};
        const auto bytes = std::min<std::size_t>(client.size() - at, 32);
        std::memcpy(&words[2], client.data() + at, bytes);
        result = siphash_2_4(key_, std::span(words).first(2 + (bytes + 7) / 8));
        at += bytes;
    } while (at < client.size());
    return result;
}

std::size_t RateLimitTable::size() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        sum += shard.clients.size();
    }
    return sum;
}

std::size_t RateLimitTable::memory_bytes() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        sum += shard.clients.memory_bytes();
    }
    return sum;
}

}  // namespace fairway::proxy
