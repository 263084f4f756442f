// The report of a Service's endpoints: what the endpoints controller of a cluster would write as core/v1 Endpoints.
#include <algorithm>
#include <compare>
#include <set>

#include "ingress/endpoints/found.hpp"
#include "ingress/label_index.hpp"
#include "ingress/reports/report_parts.hpp"
#include "ingress/service_endpoints.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

struct Address {
    std::string ip;
    std::string target;  ///< Pod name, or empty

    auto operator<=>(const Address&) const = default;
};

struct Port {
    std::string name;
    std::uint16_t number = 0;
    k8s::Protocol protocol = k8s::Protocol::tcp;

    auto operator<=>(const Port&) const = default;
};

/// Ports that have the same addresses: what Kubernetes calls a subset.
struct Subset {
    std::set<Address> ready;
    std::vector<Port> ports;
};

/// One subset for each set of addresses, as the endpoints controller packs them.
std::vector<Subset> resolved_subsets(const EndpointSources& sources, const k8s::Service& service) {
    std::vector<Subset> subsets;
    for (const auto& port : service.ports) {
        const auto found = resolve_endpoints(sources, service.meta.name, std::to_string(port.port), port.protocol);
        std::map<std::uint16_t, std::set<Address>> by_number;  // a name may be another number in every Pod
        for (const auto& endpoint : found.set->endpoints)
            by_number[endpoint.address.port].insert({endpoint.address.ip.to_string(), endpoint.target});
        for (auto& [number, addresses] : by_number) {
            const Port entry{port.name, number, port.protocol};
            const auto same = std::ranges::find(subsets, addresses, &Subset::ready);
            if (same == subsets.end())
                subsets.push_back({std::move(addresses), {entry}});
            else
                same->ports.push_back(entry);
        }
    }
    return subsets;
}

/// Everything that stands behind the Service, whether or not it is ready.
std::set<Address> known_addresses(const ObjectStore& store, const k8s::ObjectName& name) {
    std::set<Address> known;
    if (const auto* endpoints = store.find<k8s::Endpoints>(name)) {
        for (const auto& subset : endpoints->subsets)
            for (const auto& address : subset.not_ready_addresses) known.insert({address.ip, address.target});
    }
    for (const auto* slice : store.slices_of(name))
        for (const auto& endpoint : slice->endpoints)
            if (!endpoint.ready.value_or(true))
                for (const auto& ip : endpoint.addresses) known.insert({ip, endpoint.target});
    const auto* service = store.find<k8s::Service>(name);
    if (service == nullptr || service->selector.empty()) return known;
    store.for_each_in<k8s::Pod>(name.ns, [&](const k8s::Pod& pod) {
        if (!pod.pod_ips.empty() && may_be_endpoint(*service, pod) && selects(service->selector, pod.meta.labels))
            known.insert({pod.pod_ips.front(), pod.meta.name.name});
    });
    return known;
}

/// Known, but in no subset.
std::set<Address> not_ready(const std::set<Address>& known, const std::vector<Subset>& subsets) {
    std::set<std::string> ready;
    for (const Subset& subset : subsets)
        for (const Address& address : subset.ready) ready.insert(address.ip);
    std::set<Address> result;
    for (const Address& address : known)
        if (!ready.contains(address.ip)) result.insert(address);
    return result;
}

json::array json_of(const std::set<Address>& addresses, const std::string& ns) {
    json::array result;
    for (const Address& address : addresses) {
        json::object entry{{"ip", address.ip}};
        if (!address.target.empty())
            entry["targetRef"] = json::object{{"kind", "Pod"}, {"namespace", ns}, {"name", address.target}};
        result.push_back(std::move(entry));
    }
    return result;
}

json::array json_of(const std::vector<Port>& ports) {
    json::array result;
    for (const Port& port : ports) {
        json::object entry{{"port", port.number}, {"protocol", k8s::to_string(port.protocol)}};
        if (!port.name.empty()) entry["name"] = port.name;
        result.push_back(std::move(entry));
    }
    return result;
}

json::array json_of(const std::vector<Subset>& subsets, const std::set<Address>& waiting, const std::string& ns) {
    json::array result;
    for (const Subset& subset : subsets)
        result.push_back(json::object{{"addresses", json_of(subset.ready, ns)}, {"ports", json_of(subset.ports)}});
    if (waiting.empty()) return result;
    if (result.empty()) result.push_back(json::object{});
    result.front().as_object()["notReadyAddresses"] = json_of(waiting, ns);
    return result;
}

/// An Endpoints object that no Service claims: as it is written.
std::vector<Subset> written_subsets(const k8s::Endpoints& endpoints) {
    std::vector<Subset> subsets;
    for (const auto& written : endpoints.subsets) {
        Subset subset;
        for (const auto& address : written.addresses) subset.ready.insert({address.ip, address.target});
        for (const auto& port : written.ports)
            subset.ports.push_back({port.name, static_cast<std::uint16_t>(port.port.value_or(0)), port.protocol});
        subsets.push_back(std::move(subset));
    }
    return subsets;
}

}  // namespace

json::object endpoints_report(const ReportContext& context, const k8s::ObjectName& name) {
    const EndpointSources& sources = context.sources.endpoints;
    const auto* service = sources.store.find<k8s::Service>(name);
    const auto* endpoints = sources.store.find<k8s::Endpoints>(name);
    std::vector<Subset> subsets;
    if (service != nullptr)
        subsets = resolved_subsets(sources, *service);
    else if (endpoints != nullptr)
        subsets = written_subsets(*endpoints);
    const auto waiting = not_ready(known_addresses(sources.store, name), subsets);
    auto report = endpoints != nullptr
                      ? report_head(context, Resource::endpoints, endpoints->meta, k8s::Endpoints::kKind)
                      : report_head(context, Resource::endpoints, service->meta, k8s::Service::kKind);
    report["subsets"] = json_of(subsets, waiting, name.ns);
    report["status"] = json::object{{"diagnostics", context.diagnostics.about(k8s::Endpoints::kKind, name)}};
    return report;
}

}  // namespace fairway::ingress
