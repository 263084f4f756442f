#include "ingress/service_endpoints.hpp"

#include <algorithm>

#include "ingress/endpoints/app_protocol.hpp"
#include "ingress/endpoints/external_name.hpp"
#include "ingress/url_server.hpp"

namespace fairway::ingress {

namespace {

Found find(const EndpointSources& sources, const Wanted& wanted) {
    auto pods = from_pods(sources, wanted);
    if (pods_count(sources.store, wanted.service)) {
        pods.merge(from_slices(sources, wanted, true));
        return pods;
    }
    if (auto slices = from_slices(sources, wanted, false); slices.exists) return slices;
    if (auto endpoints = from_endpoints(sources.store, wanted); endpoints.exists) return endpoints;
    return pods;
}

std::shared_ptr<const routing::EndpointSet> make_set(std::vector<routing::Endpoint> endpoints,
                                                     routing::UpstreamProtocol protocol) {
    auto set = std::make_shared<routing::EndpointSet>();
    set->protocol = protocol;
    std::ranges::stable_sort(endpoints, {}, &routing::Endpoint::address);
    const auto repeated = std::ranges::unique(endpoints, {}, &routing::Endpoint::address);
    endpoints.erase(repeated.begin(), repeated.end());
    set->endpoints = std::move(endpoints);
    return set;
}

}  // namespace

ServiceEndpoints resolve_endpoints(const EndpointSources& sources, const k8s::ObjectName& name, std::string_view port,
                                   k8s::Protocol protocol) {
    if (name.ns.empty()) return url_endpoints(sources.url_names, name.name, port);
    static const auto kNone = std::make_shared<const routing::EndpointSet>();
    const auto* service = sources.store.find<k8s::Service>(name);
    if (service == nullptr) return {kNone, missing_service(sources.store, name), {}};
    if (service->type == k8s::ServiceType::external_name)
        return external_endpoints(sources.names, *service, port, protocol);
    const auto* service_port = find_service_port(*service, port, protocol);
    if (service_port == nullptr) return {kNone, missing_port(*service, port), {}};
    if (service_port->protocol != protocol)
        return {kNone, other_protocol(*service, port, service_port->protocol, protocol), {}};

    auto found = find(sources, {*service, *service_port});
    const auto spoken =
        protocol_of(service_port->app_protocol.empty() ? found.app_protocol : service_port->app_protocol);
    if (!found.ready.empty()) return {make_set(std::move(found.ready), spoken), {}, {}};
    if (!found.draining.empty()) return {make_set(std::move(found.draining), spoken), {}, {}};
    return {kNone, no_endpoints(*service, found), {}};
}

}  // namespace fairway::ingress
