#include "ingress/service_endpoints.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/spelling.hpp"

namespace fairway::ingress {

namespace {

/// What one source of endpoints yielded.
struct Found {
    std::vector<routing::Endpoint> endpoints;
    std::size_t not_ready = 0;
    std::size_t unusable = 0;  ///< ready, but without an address or port that fits
    bool exists = false;
};

BackendProblem missing_service(const ObjectStore& store, const k8s::ObjectName& name) {
    std::vector<std::string_view> names;
    store.for_each_in<k8s::Service>(name.ns,
                                    [&](const k8s::Service& service) { names.push_back(service.meta.name.name); });
    return {Severity::error, "ServiceNotFound",
            fmt::format("Service {} does not exist{}", name.to_string(), did_you_mean(name.name, names))};
}

BackendProblem missing_port(const k8s::Service& service, std::string_view port) {
    std::vector<std::string> ports;
    std::vector<std::string_view> names;
    for (const auto& candidate : service.ports) {
        ports.push_back(candidate.name.empty() ? fmt::format("{}", candidate.port)
                                               : fmt::format("{} ({})", candidate.port, candidate.name));
        if (!candidate.name.empty()) names.push_back(candidate.name);
    }
    return {Severity::error, "ServicePortNotFound",
            fmt::format("Service {} has no port \"{}\", its ports are {}{}", service.meta.name.to_string(), port,
                        ports.empty() ? "none" : fmt::format("{}", fmt::join(ports, ", ")), did_you_mean(port, names))};
}

/// targetPort as a number; nullopt when it is a name. 0 or absent means the Service's own port.
std::optional<std::int32_t> numeric_target(const k8s::ServicePort& port) {
    const auto* number = std::get_if<std::int32_t>(&port.target_port);
    if (number == nullptr) return std::nullopt;
    return *number == 0 ? port.port : *number;
}

/// The number that a list of endpoint ports gives a Service port: by the port's name, any when it has none; otherwise
/// the numeric targetPort.
std::optional<std::int32_t> endpoint_port(const std::vector<k8s::EndpointPort>& ports, const k8s::ServicePort& wanted) {
    for (const auto& port : ports) {
        if (port.protocol != wanted.protocol || !port.port) continue;
        if (wanted.name.empty() || port.name == wanted.name) return port.port;
    }
    return numeric_target(wanted);
}

void add(Found& found, const std::string& ip, std::optional<std::int32_t> port, const std::string& target) {
    const auto address = IpAddress::parse(ip);
    if (!address || !port || *port < 1 || *port > 65535) {
        ++found.unusable;
        return;
    }
    found.endpoints.push_back({{*address, static_cast<std::uint16_t>(*port)}, target});
}

Found from_slices(const ObjectStore& store, const k8s::Service& service, const k8s::ServicePort& port) {
    Found found;
    for (const auto* slice : store.slices_of(service.meta.name)) {
        found.exists = true;
        if (slice->address_type == "FQDN") continue;
        const auto number = endpoint_port(slice->ports, port);
        for (const auto& endpoint : slice->endpoints) {
            if (!endpoint.ready.value_or(true)) {
                ++found.not_ready;
                continue;
            }
            for (const auto& address : endpoint.addresses) add(found, address, number, endpoint.target);
        }
    }
    return found;
}

Found from_endpoints(const ObjectStore& store, const k8s::Service& service, const k8s::ServicePort& port) {
    Found found;
    const auto* endpoints = store.find<k8s::Endpoints>(service.meta.name);
    if (endpoints == nullptr) return found;
    found.exists = true;
    for (const auto& subset : endpoints->subsets) {
        const auto number = endpoint_port(subset.ports, port);
        found.not_ready += subset.not_ready_addresses.size();
        for (const auto& address : subset.addresses) add(found, address.ip, number, address.target);
    }
    return found;
}

/// The number that a Pod gives a Service port: a named targetPort is looked up among its containers.
std::optional<std::int32_t> pod_port(const k8s::Pod& pod, const k8s::ServicePort& port) {
    const auto* name = std::get_if<std::string>(&port.target_port);
    if (name == nullptr) return numeric_target(port);
    for (const auto& container : pod.containers)
        for (const auto& candidate : container.ports)
            if (candidate.name == *name && candidate.protocol == port.protocol) return candidate.container_port;
    return std::nullopt;
}

Found from_pods(const EndpointSources& sources, const k8s::Service& service, const k8s::ServicePort& port) {
    Found found;
    sources.store.for_each_in<k8s::Pod>(service.meta.name.ns, [&](const k8s::Pod& pod) {
        if (!selects(service, pod) || pod.meta.deletion_time || pod.phase == "Succeeded" || pod.phase == "Failed")
            return;
        found.exists = true;
        const bool ready = sources.readiness.of(pod.meta.name).value_or(pod.ready.value_or(true)) &&
                           (pod.phase.empty() || pod.phase == "Running");
        if (!ready && !service.publish_not_ready_addresses) {
            ++found.not_ready;
        } else {
            add(found, pod.pod_ips.empty() ? "" : pod.pod_ips.front(), pod_port(pod, port), pod.meta.name.name);
        }
    });
    return found;
}

BackendProblem no_endpoints(const k8s::Service& service, const Found& found) {
    std::string why;
    if (found.not_ready != 0)
        why = fmt::format("{} known, none of them ready", found.not_ready);
    else if (found.unusable != 0)
        why = fmt::format("{} known, but without an IP address or without the port's target", found.unusable);
    else if (found.exists)
        why = "its EndpointSlices or Endpoints are empty";
    else if (service.selector.empty())
        why = "it has no selector, and no EndpointSlice or Endpoints names it";
    else
        why = "no EndpointSlice or Endpoints names it, and no Pod with an address matches its selector";
    return {Severity::notice, "NoEndpoints",
            fmt::format("Service {} has no ready endpoint: {}", service.meta.name.to_string(), why)};
}

/// ExternalName with an address instead of a name needs no resolver. Loopback is refused, as in ingress-nginx: it would
/// reach Fairway's own administrative ports.
ServiceEndpoints external(const k8s::Service& service, std::string_view port) {
    auto set = std::make_shared<routing::EndpointSet>();
    const auto* named = find_service_port(service, port);
    std::int32_t number = 0;
    if (named != nullptr)
        number = numeric_target(*named).value_or(0);
    else
        std::from_chars(port.data(), port.data() + port.size(), number);
    const auto address = IpAddress::parse(service.external_name);
    if (address && !address->is_loopback() && number >= 1 && number <= 65535) {
        set->endpoints.push_back({{*address, static_cast<std::uint16_t>(number)}, service.external_name});
        return {std::move(set), {}};
    }
    const auto why =
        !address ? "names are not resolved in standalone mode in this version; give the addresses in an EndpointSlice"
        : address->is_loopback() ? "loopback addresses are refused; give the address in an EndpointSlice"
                                 : "its port is not a number from 1 to 65535";
    return {std::move(set),
            {Severity::error, "ExternalNameNotSupported",
             fmt::format("Service {} is an ExternalName for \"{}\": {}", service.meta.name.to_string(),
                         service.external_name, why)}};
}

std::shared_ptr<const routing::EndpointSet> make_set(std::vector<routing::Endpoint> endpoints) {
    auto set = std::make_shared<routing::EndpointSet>();
    std::ranges::stable_sort(endpoints, {}, &routing::Endpoint::address);
    const auto repeated = std::ranges::unique(endpoints, {}, &routing::Endpoint::address);
    endpoints.erase(repeated.begin(), repeated.end());
    set->endpoints = std::move(endpoints);
    return set;
}

}  // namespace

const k8s::ServicePort* find_service_port(const k8s::Service& service, std::string_view port, k8s::Protocol protocol) {
    const auto first = [&](auto matches) -> const k8s::ServicePort* {
        const k8s::ServicePort* other_protocol = nullptr;
        for (const auto& candidate : service.ports) {
            if (!matches(candidate)) continue;
            if (candidate.protocol == protocol) return &candidate;
            if (other_protocol == nullptr) other_protocol = &candidate;
        }
        return other_protocol;
    };
    if (const auto* by_number = first([&](const k8s::ServicePort& p) { return fmt::format("{}", p.port) == port; }))
        return by_number;
    if (const auto* by_target = first([&](const k8s::ServicePort& p) { return k8s::to_string(p.target_port) == port; }))
        return by_target;
    return first([&](const k8s::ServicePort& p) { return !p.name.empty() && p.name == port; });
}

bool selects(const k8s::Service& service, const k8s::Pod& pod) {
    if (service.selector.empty()) return false;
    return std::ranges::all_of(service.selector, [&](const auto& label) {
        const auto own = pod.meta.labels.find(label.first);
        return own != pod.meta.labels.end() && own->second == label.second;
    });
}

ServiceEndpoints resolve_endpoints(const EndpointSources& sources, const k8s::ObjectName& name, std::string_view port,
                                   k8s::Protocol protocol) {
    static const auto kNone = std::make_shared<const routing::EndpointSet>();
    const auto& store = sources.store;
    const auto* service = store.find<k8s::Service>(name);
    if (service == nullptr) return {kNone, missing_service(store, name)};
    if (service->type == k8s::ServiceType::external_name) return external(*service, port);
    const auto* service_port = find_service_port(*service, port, protocol);
    if (service_port == nullptr) return {kNone, missing_port(*service, port)};
    if (service_port->protocol != protocol)
        return {kNone,
                {Severity::error, "ServicePortProtocol",
                 fmt::format("port \"{}\" of Service {} is {}, not {}", port, name.to_string(),
                             k8s::to_string(service_port->protocol), k8s::to_string(protocol))}};

    auto found = from_slices(store, *service, *service_port);
    if (!found.exists) found = from_endpoints(store, *service, *service_port);
    if (!found.exists) found = from_pods(sources, *service, *service_port);
    if (found.endpoints.empty()) return {kNone, no_endpoints(*service, found)};
    return {make_set(std::move(found.endpoints)), {}};
}

}  // namespace fairway::ingress
