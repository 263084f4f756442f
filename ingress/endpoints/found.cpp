#include "ingress/endpoints/found.hpp"

#include <iterator>

#include "ingress/endpoints/service_port.hpp"

namespace fairway::ingress {

namespace {

void append(std::vector<routing::Endpoint>& to, std::vector<routing::Endpoint> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void Found::merge(Found other) {
    append(ready, std::move(other.ready));
    append(draining, std::move(other.draining));
    not_ready += other.not_ready;
    without_address += other.without_address;
    without_port += other.without_port;
    other_family += other.other_family;
    exists |= other.exists;
    if (app_protocol.empty()) app_protocol = std::move(other.app_protocol);
}

void Found::note_app_protocol(const std::vector<k8s::EndpointPort>& ports, const k8s::ServicePort& wanted) {
    const auto* port = find_endpoint_port(ports, wanted);
    if (port != nullptr && app_protocol.empty()) app_protocol = port->app_protocol;
}

void Wanted::add(Found& found, std::vector<routing::Endpoint>& to, const std::string& ip,
                 std::optional<std::int32_t> number, const std::string& target) const {
    const auto address = IpAddress::parse(ip);
    if (!address)
        ++found.without_address;
    else if (!families.include(*address))
        ++found.other_family;
    else if (!number || *number < 1 || *number > 65535)
        ++found.without_port;
    else
        to.push_back({{*address, static_cast<std::uint16_t>(*number)}, target});
}

}  // namespace fairway::ingress
