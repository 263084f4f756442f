#include "ingress/discovery/environment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace {

/// kubelet: masterServices and masterServiceNamespace.
const k8s::ObjectName kApiServer{"default", "kubernetes"};

/// makeEnvVariableName: capitals, and '_' for '-'. A Service's name has nothing else.
std::string variable_name(std::string_view text) {
    std::string name(text);
    for (char& c : name) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == '-') c = '_';
    }
    return name;
}

}  // namespace

Environment service_variables(const k8s::Service& service, const IpAddress& address) {
    Environment variables;
    if (service.ports.empty()) return variables;
    const auto prefix = variable_name(service.meta.name.name);
    const auto add = [&](std::string name, std::string value) {
        variables.emplace_back(prefix + std::move(name), std::move(value));
    };
    add("_SERVICE_HOST", address.to_string());
    add("_SERVICE_PORT", fmt::format("{}", service.ports.front().port));
    for (const auto& port : service.ports)
        if (!port.name.empty()) add("_SERVICE_PORT_" + variable_name(port.name), fmt::format("{}", port.port));
    bool first = true;
    for (const auto& port : service.ports) {
        const auto protocol = ascii::lower_copy(k8s::to_string(port.protocol));
        const auto url =
            fmt::format("{}://{}", protocol, SocketAddress{address, static_cast<std::uint16_t>(port.port)}.to_string());
        if (std::exchange(first, false)) add("_PORT", url);
        const auto link = fmt::format("_PORT_{}_{}", port.port, k8s::to_string(port.protocol));
        add(link, url);
        add(link + "_PROTO", protocol);
        add(link + "_PORT", fmt::format("{}", port.port));
        add(link + "_ADDR", address.to_string());
    }
    return variables;
}

Environment pod_environment(const ObjectStore& store, const ClusterAddresses& addresses, const std::string& ns) {
    Environment variables;
    const auto add = [&](const k8s::Service& service) {
        const auto address = addresses.of(service.meta.name);
        if (!address) return;
        auto own = service_variables(service, *address);
        std::ranges::move(own, std::back_inserter(variables));
    };
    const bool has_own = store.find<k8s::Service>({ns, kApiServer.name}) != nullptr;
    if (const auto* api_server = store.find<k8s::Service>(kApiServer); api_server != nullptr && !has_own)
        add(*api_server);
    store.for_each_in<k8s::Service>(ns, add);
    return variables;
}

}  // namespace fairway::ingress
