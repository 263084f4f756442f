#include "proxy/upstream/balancer.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace fairway::proxy {

namespace {

constexpr double kDecaySeconds = 10;             // ingress-nginx: DECAY_TIME
constexpr std::chrono::seconds kAvoidedFor{10};  // nginx's fail_timeout

double decay(io::TimePoint since, io::TimePoint now) {
    const double idle = std::chrono::duration<double>(now - since).count();
    return std::exp(-std::max(idle, 0.0) / kDecaySeconds);
}

}  // namespace

const routing::Endpoint& draw_untried(const routing::EndpointSet& set, std::span<const SocketAddress> tried,
                                      Random& random) {
    const auto count = set.endpoints.size();
    const auto first = random() % count;
    for (std::size_t step = 0; step < count; ++step) {
        const auto& endpoint = set.endpoints[(first + step) % count];
        if (!was_tried(endpoint, tried)) return endpoint;
    }
    return set.endpoints[first];
}

const routing::Endpoint& Balancer::pick(const routing::EndpointSet& set, routing::LoadBalance algorithm,
                                        std::span<const SocketAddress> tried, io::TimePoint now, Random& random) {
    FAIRWAY_ASSERT(!set.endpoints.empty(), "an empty endpoint set is answered before balancing");
    if (set.endpoints.size() == 1) return set.endpoints.front();
    return avoided_.empty() ? pick_by(set, algorithm, tried, now, random)
                            : pick_beside_avoided(set, algorithm, tried, now, random);
}

const routing::Endpoint& Balancer::pick_by(const routing::EndpointSet& set, routing::LoadBalance algorithm,
                                           std::span<const SocketAddress> tried, io::TimePoint now, Random& random) {
    return algorithm == routing::LoadBalance::ewma ? pick_ewma(set, tried, now, random) : pick_round_robin(set, tried);
}

// As if those to avoid had been tried; where nothing else is left they are better than none.
const routing::Endpoint& Balancer::pick_beside_avoided(const routing::EndpointSet& set, routing::LoadBalance algorithm,
                                                       std::span<const SocketAddress> tried, io::TimePoint now,
                                                       Random& random) {
    forget_long_over(now);
    std::vector<SocketAddress> out(tried.begin(), tried.end());
    for (const Avoided& one : avoided_)
        if (one.until > now) out.push_back(one.endpoint);
    const bool any_left = std::ranges::any_of(set.endpoints, [&](const auto& e) { return !was_tried(e, out); });
    const auto& picked = pick_by(set, algorithm, any_left ? std::span<const SocketAddress>(out) : tried, now, random);
    for (Avoided& one : avoided_)
        if (one.endpoint == picked.address) one.until = now + kAvoidedFor;  // this request finds out for all
    return picked;
}

// Who refuses does so at once, and may be back at once. A Pod that is gone with its node says nothing at all, and its
// endpoint may stay ready for most of a minute.
void Balancer::connect_failed(const SocketAddress& endpoint, std::chrono::duration<double> took, io::TimePoint now) {
    constexpr std::chrono::milliseconds kLong{500};
    if (took < kLong) return;
    forget_long_over(now);
    const auto known = std::ranges::find(avoided_, endpoint, &Avoided::endpoint);
    if (known != avoided_.end())
        known->until = now + kAvoidedFor;
    else
        avoided_.push_back({endpoint, now + kAvoidedFor});
}

// Those of endpoints that left, or that nobody has asked for since.
void Balancer::forget_long_over(io::TimePoint now) noexcept {
    std::erase_if(avoided_, [&](const Avoided& one) { return one.until + kAvoidedFor < now; });
}

const routing::Endpoint& Balancer::pick_round_robin(const routing::EndpointSet& set,
                                                    std::span<const SocketAddress> tried) {
    const auto count = static_cast<std::uint32_t>(set.endpoints.size());
    for (std::uint32_t step = 0; step < count; ++step) {
        const auto& endpoint = set.endpoints[next_++ % count];
        if (!was_tried(endpoint, tried)) return endpoint;
    }
    return set.endpoints[next_++ % count];  // all were tried: one of them again
}

// Power of two choices among those not tried yet: the lower score wins.
const routing::Endpoint& Balancer::pick_ewma(const routing::EndpointSet& set, std::span<const SocketAddress> tried,
                                             io::TimePoint now, Random& random) {
    const auto count = set.endpoints.size();
    const auto draw = [&](const routing::Endpoint* other) -> const routing::Endpoint* {
        const auto first = random() % count;
        for (std::size_t step = 0; step < count; ++step) {
            const auto& endpoint = set.endpoints[(first + step) % count];
            if (&endpoint != other && !was_tried(endpoint, tried)) return &endpoint;
        }
        return nullptr;
    };
    const auto* one = draw(nullptr);
    if (one == nullptr) return set.endpoints[random() % count];
    const auto* two = draw(one);
    if (two == nullptr) return *one;
    return score_of(two->address, now) < score_of(one->address, now) ? *two : *one;
}

double Balancer::score_of(const SocketAddress& endpoint, io::TimePoint now) const {
    const auto found = scores_.find(endpoint);
    return found == scores_.end() ? average(now) : found->second.value * decay(found->second.updated, now);
}

// A new endpoint starts here, so that it is neither flooded nor starved.
double Balancer::average(io::TimePoint now) const {
    double sum = 0;
    for (const auto& [address, known] : scores_) sum += known.value * decay(known.updated, now);
    return scores_.empty() ? 0 : sum / static_cast<double>(scores_.size());
}

void Balancer::observe(const routing::EndpointSet& set, const SocketAddress& endpoint,
                       std::chrono::duration<double> took, io::TimePoint now) {
    if (scores_.size() > 2 * set.endpoints.size() + 8) {  // endpoints that left
        boost::unordered_flat_map<SocketAddress, Score, SocketAddressHash> kept;
        for (const auto& current : set.endpoints)
            if (const auto found = scores_.find(current.address); found != scores_.end()) kept.insert(*found);
        scores_.swap(kept);
    }
    const double start = scores_.empty() ? took.count() : average(now);
    const auto [entry, is_new] = scores_.try_emplace(endpoint, Score{start, now});
    Score& score = entry->second;
    const double weight = is_new ? 0.5 : decay(score.updated, now);
    score.value = score.value * weight + took.count() * (1 - weight);
    score.updated = now;
}

}  // namespace fairway::proxy
