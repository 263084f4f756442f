#include "ingress/exposure/cluster_address.hpp"

#include <algorithm>

#include "ingress/exposure/stable_hash.hpp"

namespace fairway::ingress {

namespace {

constexpr std::uint32_t kSecondOctets = 255;  // 1 to 255
constexpr std::uint32_t kThirdOctets = 256;   // 0 to 255
constexpr std::uint32_t kLastOctets = 254;    // 1 to 254
constexpr std::uint32_t kAddresses = kSecondOctets * kThirdOctets * kLastOctets;

std::uint32_t preferred_index(const k8s::ObjectName& service) {
    return static_cast<std::uint32_t>(stable_hash(service.to_string()) % kAddresses);
}

IpAddress address_at(std::uint32_t index) {
    const std::uint8_t bytes[4] = {127, static_cast<std::uint8_t>(1 + index / (kThirdOctets * kLastOctets)),
                                   static_cast<std::uint8_t>(index / kLastOctets % kThirdOctets),
                                   static_cast<std::uint8_t>(1 + index % kLastOctets)};
    return IpAddress::from_v4(bytes);
}

/// spec.clusterIP, if it is one that this machine can listen on without further ado.
std::optional<IpAddress> given_address(const k8s::Service& service) {
    const auto address = IpAddress::parse(service.cluster_ip);
    if (!address || address->v6 || !address->is_loopback()) return std::nullopt;
    return *address;
}

}  // namespace

bool has_cluster_address(const k8s::Service& service) {
    return service.type != k8s::ServiceType::external_name && service.cluster_ip != "None";
}

IpAddress preferred_cluster_address(const k8s::ObjectName& service) { return address_at(preferred_index(service)); }

std::vector<k8s::ObjectName> ClusterAddresses::update(const std::map<k8s::ObjectName, const k8s::Service*>& changed) {
    std::set<k8s::ObjectName> waiting;
    std::vector<k8s::ObjectName> moved;
    for (const auto& [name, service] : changed) {
        const bool wants = service != nullptr && has_cluster_address(*service);
        const auto given = wants ? given_address(*service) : std::nullopt;
        // Whoever derived its address keeps it while it still needs to derive one.
        if (wants && !given && !given_.contains(name) && addresses_.contains(name)) continue;
        release(name);
        if (!wants) continue;
        if (!given) {
            waiting.insert(name);
            continue;
        }
        if (const auto found = owners_.find(*given); found != owners_.end()) {
            const auto owners = found->second;
            for (const auto& owner : owners) {
                if (given_.contains(owner)) continue;
                release(owner);
                waiting.insert(owner);
                if (!changed.contains(owner)) moved.push_back(owner);
            }
        }
        take(name, *given);
        given_.insert(name);
    }
    for (const auto& name : waiting) derive(name);
    return moved;
}

std::optional<IpAddress> ClusterAddresses::of(const k8s::ObjectName& service) const {
    const auto found = addresses_.find(service);
    return found == addresses_.end() ? std::nullopt : std::optional(found->second);
}

const k8s::ObjectName* ClusterAddresses::owner_of(const IpAddress& address) const {
    const auto found = owners_.find(address);
    return found == owners_.end() ? nullptr : &*found->second.begin();
}

void ClusterAddresses::release(const k8s::ObjectName& service) {
    given_.erase(service);
    const auto found = addresses_.find(service);
    if (found == addresses_.end()) return;
    const auto owners = owners_.find(found->second);
    owners->second.erase(service);
    if (owners->second.empty()) owners_.erase(owners);
    addresses_.erase(found);
}

void ClusterAddresses::take(const k8s::ObjectName& service, const IpAddress& address) {
    addresses_[service] = address;
    owners_[address].insert(service);
}

/// Sixteen million addresses: one is free long before the search comes round.
void ClusterAddresses::derive(const k8s::ObjectName& service) {
    for (auto index = preferred_index(service);; index = (index + 1) % kAddresses) {
        const auto address = address_at(index);
        if (owners_.contains(address)) continue;
        take(service, address);
        return;
    }
}

}  // namespace fairway::ingress
