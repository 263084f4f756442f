#include "ingress/status/status_addresses.hpp"

#include <algorithm>

#include "base/ip_address.hpp"

namespace fairway::ingress {

namespace {

using Addresses = std::vector<k8s::LoadBalancerAddress>;

void add(Addresses& addresses, const std::string& text) {
    if (text.empty() || text == "None") return;
    k8s::LoadBalancerAddress address;
    (IpAddress::parse(text) ? address.ip : address.hostname) = text;
    addresses.push_back(std::move(address));
}

Addresses addresses_of(const k8s::Service& service) {
    Addresses addresses;
    switch (service.type) {
        case k8s::ServiceType::external_name: add(addresses, service.external_name); break;
        case k8s::ServiceType::cluster_ip: add(addresses, service.cluster_ip); break;
        case k8s::ServiceType::node_port:
            for (const auto& ip : service.external_ips) add(addresses, ip);
            if (addresses.empty()) add(addresses, service.cluster_ip);
            break;
        case k8s::ServiceType::load_balancer:
            addresses = service.status;
            for (const auto& ip : service.external_ips)
                if (std::ranges::find(addresses, ip, &k8s::LoadBalancerAddress::ip) == addresses.end())
                    add(addresses, ip);
            break;
    }
    return addresses;
}

}  // namespace

Addresses status_addresses(const StatusOptions& options, const ObjectStore& store,
                           const std::vector<std::string>& nodes) {
    Addresses addresses;
    for (const auto& text : options.publish_addresses) add(addresses, text);
    if (options.publish_addresses.empty() && options.publish_service)
        if (const auto* service = store.find<k8s::Service>(*options.publish_service))
            addresses = addresses_of(*service);
    if (!options.names_anything())
        for (const auto& address : nodes) add(addresses, address);
    std::ranges::sort(addresses);
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    return addresses;
}

}  // namespace fairway::ingress
