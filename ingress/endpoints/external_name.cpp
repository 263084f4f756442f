#include "ingress/endpoints/external_name.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "ingress/endpoints/app_protocol.hpp"
#include "ingress/endpoints/service_port.hpp"
#include "ingress/external_names/refused_address.hpp"

namespace fairway::ingress {

namespace {

routing::UpstreamProtocol external_protocol(const k8s::Service& service, std::string_view port,
                                            k8s::Protocol protocol) {
    const auto* named = find_service_port(service, port, protocol);
    return protocol_of(named == nullptr ? std::string_view() : named->app_protocol);
}

std::optional<std::uint16_t> external_port(const k8s::Service& service, std::string_view port, k8s::Protocol protocol) {
    std::int32_t number = 0;
    if (const auto* named = find_service_port(service, port, protocol)) {
        number = numeric_target(*named).value_or(0);
    } else if (const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
               read.ec != std::errc{} || read.ptr != port.data() + port.size()) {
        number = 0;
    }
    if (number < 1 || number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(number);
}

ServiceEndpoints none(const k8s::Service& service, Severity severity, const char* reason, std::string why) {
    static const auto kNone = std::make_shared<const routing::EndpointSet>();
    return {kNone,
            {severity, reason,
             fmt::format("Service {} is an ExternalName for \"{}\": {}", service.meta.name.to_string(),
                         service.external_name, why)}};
}

ServiceEndpoints of_address(const k8s::Service& service, const IpAddress& address, std::uint16_t port,
                            routing::UpstreamProtocol protocol) {
    if (is_refused(address))
        return none(service, Severity::error, "ExternalNameRefused",
                    "loopback, unspecified and multicast addresses are refused; give the address in an EndpointSlice");
    auto set = std::make_shared<routing::EndpointSet>();
    set->protocol = protocol;
    set->endpoints.push_back({{address, port}, service.external_name});
    return {std::move(set), {}};
}

bool is_localhost(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain";
}

ServiceEndpoints of_name(const NameAnswers& names, const k8s::Service& service, std::uint16_t port,
                         routing::UpstreamProtocol protocol) {
    const auto* answer = names.of(service.external_name);
    if (answer == nullptr || (answer->addresses.empty() && answer->error.empty())) {
        auto waiting = none(service, Severity::notice, "", "DNS has not answered yet; it is asked while Fairway runs");
        waiting.external_name = service.external_name;
        return waiting;
    }
    auto set = std::make_shared<routing::EndpointSet>();
    set->protocol = protocol;
    for (const auto& address : answer->addresses) set->endpoints.push_back({{address, port}, service.external_name});
    BackendProblem problem;
    if (!answer->error.empty())
        problem = none(service, answer->addresses.empty() ? Severity::error : Severity::warning,
                       "ExternalNameNotResolved", answer->error)
                      .problem;
    return {std::move(set), std::move(problem), service.external_name};
}

}  // namespace

ServiceEndpoints external_endpoints(const NameAnswers* names, const k8s::Service& service, std::string_view port,
                                    k8s::Protocol protocol) {
    if (names == nullptr)
        return none(service, Severity::notice, "ExternalNameDisabled",
                    "such Services have no endpoints with --disable-svc-external-name");
    const auto number = external_port(service, port, protocol);
    if (!number)
        return none(service, Severity::error, "ServicePortNotFound",
                    fmt::format("it has no port \"{}\" with a number from 1 to 65535; write the number", port));
    const auto spoken = external_protocol(service, port, protocol);
    if (const auto address = IpAddress::parse(service.external_name))
        return of_address(service, *address, *number, spoken);
    if (is_localhost(service.external_name))
        return none(service, Severity::error, "ExternalNameRefused",
                    "names of this machine are refused; give its address in an EndpointSlice");
    return of_name(*names, service, *number, spoken);
}

}  // namespace fairway::ingress
