#include "ingress/endpoints/problems.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/spelling.hpp"

namespace fairway::ingress {

namespace {

std::string why_none(const k8s::Service& service, const Found& found) {
    if (found.not_ready != 0) return fmt::format("{} known, none of them ready", found.not_ready);
    if (found.without_address != 0 && found.pods)
        return found.without_address == 1
                   ? "the Pod that matches its selector has no address; add status.podIP to it"
                   : fmt::format("the {} Pods that match its selector have no address; add status.podIP to them",
                                 found.without_address);
    if (found.without_address != 0) return fmt::format("{} known, but without an IP address", found.without_address);
    if (found.without_port != 0)
        return fmt::format("{} known, but without a port for the Service port's targetPort", found.without_port);
    if (found.other_family != 0)
        return fmt::format("{} known, but with addresses of a family that spec.ipFamilies leaves out",
                           found.other_family);
    if (found.exists) return "its EndpointSlices or Endpoints are empty";
    if (service.selector.empty()) return "it has no selector, and no EndpointSlice or Endpoints names it";
    return "no Pod matches its selector, and no EndpointSlice or Endpoints names it";
}

}  // namespace

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

BackendProblem other_protocol(const k8s::Service& service, std::string_view port, k8s::Protocol own,
                              k8s::Protocol wanted) {
    return {Severity::error, "ServicePortProtocol",
            fmt::format("port \"{}\" of Service {} is {}, not {}", port, service.meta.name.to_string(),
                        k8s::to_string(own), k8s::to_string(wanted))};
}

BackendProblem no_endpoints(const k8s::Service& service, const Found& found) {
    return {
        Severity::notice, "NoEndpoints",
        fmt::format("Service {} has no ready endpoint: {}", service.meta.name.to_string(), why_none(service, found))};
}

}  // namespace fairway::ingress
