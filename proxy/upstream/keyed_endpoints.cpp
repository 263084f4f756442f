#include "proxy/upstream/keyed_endpoints.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace fairway::proxy {

namespace {

std::string md5_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const bool done = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) == 1;
    FAIRWAY_ASSERT(done, "OpenSSL has MD5; it names things here and protects nothing");
    std::string hex;
    for (unsigned i = 0; i < size; ++i) fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
    return hex;
}

}  // namespace

// ingress-nginx's, so that cookies stay good when one takes the other's place: md5hex(md5hex(name) + name).
KeyedEndpoints::KeyedEndpoints(std::string_view backend)
    : backend_(backend), tag_(md5_hex(md5_hex(backend) + backend_)) {}

void KeyedEndpoints::use(const routing::EndpointSet& ready, std::uint64_t generation) {
    ready_ = &ready;
    if (generation == generation_) return;
    generation_ = generation;
    const bool same = std::ranges::equal(ready.endpoints, addresses_, {}, &routing::Endpoint::address);
    if (same) return;
    addresses_.clear();
    for (const auto& endpoint : ready.endpoints) addresses_.push_back(endpoint.address);
    ring_ = {};
    subset_ring_ = {};
    names_.clear();
}

const routing::Endpoint& KeyedEndpoints::by_key(std::string_view key, std::span<const SocketAddress> tried) {
    const auto& endpoints = ready_->endpoints;
    if (endpoints.size() == 1) return endpoints.front();
    if (ring_.empty()) {
        std::vector<std::string> nodes;
        for (const auto& address : addresses_) nodes.push_back(address.to_string());
        ring_ = HashRing(nodes);
    }
    const auto hash = HashRing::hash(key);
    const auto first = ring_.find(hash);
    if (tried.empty()) return endpoints[first];
    return endpoints[ring_.find(
        hash, [&](std::uint32_t node) { return !was_tried(endpoints[node], tried); }, first)];
}

// ingress-nginx: the last group is filled up with the first endpoints.
const routing::Endpoint& KeyedEndpoints::by_subset(std::string_view key, std::uint32_t subset_size,
                                                   std::span<const SocketAddress> tried, Random& random) {
    const auto& endpoints = ready_->endpoints;
    const std::size_t count = endpoints.size();
    if (subset_ring_.empty() || subset_size_ != subset_size) {
        std::vector<std::string> groups;
        for (std::size_t begin = 0; begin < count; begin += subset_size)
            groups.push_back(fmt::format("set{}", groups.size() + 1));
        subset_ring_ = HashRing(groups);
        subset_size_ = subset_size;
    }
    const std::size_t begin = std::size_t{subset_ring_.find(HashRing::hash(key))} * subset_size;
    const std::size_t drawn = random() % subset_size;
    for (std::size_t step = 0; step < subset_size; ++step) {
        const auto& endpoint = endpoints[(begin + (drawn + step) % subset_size) % count];
        if (!was_tried(endpoint, tried)) return endpoint;
    }
    for (std::size_t step = 0; step < count; ++step) {  // the whole group was tried: the endpoints behind it
        const auto& endpoint = endpoints[(begin + subset_size + step) % count];
        if (!was_tried(endpoint, tried)) return endpoint;
    }
    return endpoints[(begin + drawn) % count];
}

const routing::Endpoint* KeyedEndpoints::by_name(std::string_view name) {
    make_names();
    const auto found = std::ranges::find(names_, name);
    return found == names_.end() ? nullptr : &ready_->endpoints[static_cast<std::size_t>(found - names_.begin())];
}

std::string_view KeyedEndpoints::name_of(const routing::Endpoint& endpoint) {
    make_names();
    return names_[static_cast<std::size_t>(&endpoint - ready_->endpoints.data())];
}

void KeyedEndpoints::make_names() {
    if (!names_.empty()) return;
    for (const auto& address : addresses_) names_.push_back(md5_hex(backend_ + address.to_string()));
}

}  // namespace fairway::proxy
