// A backend's endpoints as keys name them: those in session cookies, and values of upstream-hash-by.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/upstream/balancer.hpp"
#include "proxy/upstream/hash_ring.hpp"
#include "routing/backend.hpp"

namespace fairway::proxy {

/// One worker's. Rings and names are made when a request first needs them, and anew when the endpoints are others:
/// 1.3 KB and some 20 µs an endpoint.
class KeyedEndpoints {
public:
    /// @param backend  Backend::name: $proxy_upstream_name.
    explicit KeyedEndpoints(std::string_view backend);

    /// Tells the cookies of this backend from those of others, a canary's from its primary's: 32 hexadecimal digits.
    const std::string& tag() const noexcept { return tag_; }

    /// What follows is about these endpoints, until the next call. Not empty.
    /// @param generation  of the snapshot that they are from: while it stays, so do they.
    void use(const routing::EndpointSet& ready, std::uint64_t generation);

    /// By consistent hash; the next on the ring for each one that was tried, any when all were.
    const routing::Endpoint& by_key(std::string_view key, std::span<const SocketAddress> tried = {});
    /// The hash names one of the groups that the endpoints are cut into, chance one of the group.
    const routing::Endpoint& by_subset(std::string_view key, std::uint32_t subset_size,
                                       std::span<const SocketAddress> tried, Random& random);
    /// nullptr: no endpoint has this name (any more).
    const routing::Endpoint* by_name(std::string_view name);
    /// 32 hexadecimal digits that say nothing about the address to whoever does not know it.
    std::string_view name_of(const routing::Endpoint& endpoint);

private:
    void make_names();

    std::string backend_;
    std::string tag_;
    const routing::EndpointSet* ready_ = nullptr;  // of the latest use()
    std::uint64_t generation_ = 0;
    std::vector<SocketAddress> addresses_;  // what the rest was made for
    HashRing ring_;                         // of endpoints; empty until needed
    HashRing subset_ring_;                  // of groups of subset_size_; empty until needed
    std::uint32_t subset_size_ = 0;
    std::vector<std::string> names_;  // by endpoint; empty until needed
};

}  // namespace fairway::proxy
