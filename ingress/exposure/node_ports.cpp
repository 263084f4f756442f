#include "ingress/exposure/node_ports.hpp"

#include <fmt/format.h>

#include "ingress/exposure/stable_hash.hpp"

namespace fairway::ingress {

namespace {

constexpr std::uint32_t kCount = kLastNodePort - kFirstNodePort + 1;

}  // namespace

bool wants_node_port(const k8s::Service& service, const k8s::ServicePort& port) {
    return service.type == k8s::ServiceType::node_port && port.node_port == 0 && port.protocol != k8s::Protocol::sctp;
}

std::vector<k8s::ObjectName> NodePorts::update(const std::map<k8s::ObjectName, const k8s::Service*>& changed) {
    for (const auto& [name, service] : changed) {
        forget_written(name);
        if (service != nullptr) note_written(*service);
    }
    std::set<PortKey> wanted;
    for (const auto& [name, service] : changed) {
        if (service == nullptr) continue;
        for (const auto& port : service->ports)
            if (wants_node_port(*service, port)) wanted.insert({name, port.protocol, port.port});
    }
    // Those that are wanted no longer make room, those that somebody writes now move on.
    std::vector<PortKey> leaving;
    std::set<k8s::ObjectName> moved;
    for (const auto& [key, number] : derived_) {
        const bool is_changed = changed.contains(key.service);
        if (is_changed && !wanted.contains(key)) leaving.push_back(key);
        if (!written_.contains({key.protocol, number})) continue;
        leaving.push_back(key);
        if (is_changed) continue;
        wanted.insert(key);
        moved.insert(key.service);
    }
    for (const auto& key : leaving) release(key);
    for (const auto& key : wanted)
        if (!derived_.contains(key)) derive(key);
    return {moved.begin(), moved.end()};
}

std::optional<std::uint16_t> NodePorts::derived(const k8s::ObjectName& service, const k8s::ServicePort& port) const {
    const auto found = derived_.find({service, port.protocol, port.port});
    return found == derived_.end() ? std::nullopt : std::optional(found->second);
}

void NodePorts::forget_written(const k8s::ObjectName& service) {
    const auto found = written_by_.find(service);
    if (found == written_by_.end()) return;
    for (const auto& port : found->second)
        if (--written_[port] == 0) written_.erase(port);
    written_by_.erase(found);
}

void NodePorts::note_written(const k8s::Service& service) {
    if (service.type != k8s::ServiceType::node_port && service.type != k8s::ServiceType::load_balancer) return;
    std::set<NodePort> ports;
    for (const auto& port : service.ports)
        if (port.node_port != 0) ports.insert({port.protocol, static_cast<std::uint16_t>(port.node_port)});
    for (const auto& port : ports) ++written_[port];
    if (!ports.empty()) written_by_[service.meta.name] = std::move(ports);
}

void NodePorts::release(const PortKey& key) {
    const auto found = derived_.find(key);
    if (found == derived_.end()) return;
    taken_.erase({key.protocol, found->second});
    derived_.erase(found);
}

void NodePorts::derive(const PortKey& key) {
    const auto start =
        static_cast<std::uint32_t>(stable_hash(fmt::format("{}/{}", key.service.to_string(), key.port)) % kCount);
    for (std::uint32_t step = 0; step < kCount; ++step) {
        const auto number = static_cast<std::uint16_t>(kFirstNodePort + (start + step) % kCount);
        const NodePort port{key.protocol, number};
        if (written_.contains(port) || taken_.contains(port)) continue;
        derived_[key] = number;
        taken_.insert(port);
        return;
    }
}

}  // namespace fairway::ingress
