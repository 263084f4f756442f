// What a Service asks for: node ports, load balancer ports, ports of its cluster address.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ingress/exposure/listener_plan.hpp"
#include "ingress/exposure/service_hosts.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// The older way to write spec.loadBalancerSourceRanges, which Kubernetes still honours.
constexpr const char* kSourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";

class ServicePlanner {
public:
    ServicePlanner(const k8s::Service& service, const ServiceAddresses& addresses, const NodePorts& node_ports)
        : service_(service), addresses_(addresses), node_ports_(node_ports) {}

    ListenerPlan run() {
        if (auto port = service_host_port(service_))
            plan_.host_backend = BackendKey{service_.meta.name, *std::move(port)};
        if (service_.type == k8s::ServiceType::external_name) return std::move(plan_);
        const bool guarded = is_guarded();
        for (std::size_t i = 0; i < service_.ports.size(); ++i) {
            const auto& port = service_.ports[i];
            const auto field = fmt::format("spec.ports[{}]", i);
            if (port.protocol == k8s::Protocol::sctp) continue;  // service_notices.hpp says so
            add_node_port(port, field);
            if (service_.type == k8s::ServiceType::load_balancer && !guarded)
                wish(addresses_.shared, port.port, false, port, field + ".port");
            if (addresses_.cluster) wish(*addresses_.cluster, port.port, true, port, field + ".port");
        }
        if (is_exposed()) note_differences();
        return std::move(plan_);
    }

private:
    bool is_exposed() const {
        return service_.type == k8s::ServiceType::node_port || service_.type == k8s::ServiceType::load_balancer;
    }

    void add_node_port(const k8s::ServicePort& port, const std::string& field) {
        if (!is_exposed()) return;
        if (port.node_port != 0) {
            wish(addresses_.shared, port.node_port, false, port, field + ".nodePort");
            return;
        }
        if (!wants_node_port(service_, port)) return;
        if (const auto number = node_ports_.derived(service_.meta.name, port)) {
            wish(addresses_.shared, *number, false, port, field + ".nodePort");
            notice(field + ".nodePort",
                   fmt::format("is not written; {0} serves port {1}. Write nodePort: {0} to be sure of it", *number,
                               port.port),
                   "NodePortDerived");
        } else {
            report(Severity::error, field + ".nodePort",
                   fmt::format("is not written, and all of {}-{} are taken. The port has no node port", kFirstNodePort,
                               kLastNodePort),
                   "NodePortsExhausted");
        }
    }

    void wish(const IpAddress& address, std::int32_t number, bool own, const k8s::ServicePort& port,
              std::string field) {
        const bool udp = port.protocol == k8s::Protocol::udp;
        plan_.wishes.push_back({.transport = udp ? routing::Transport::udp : routing::Transport::tcp,
                                .address = {address, static_cast<std::uint16_t>(number)},
                                .own_address = own && address != addresses_.shared,
                                .backend = {service_.meta.name, fmt::format("{}", port.port), port.protocol},
                                .field = std::move(field),
                                .where = service_.meta.where});
    }

    /// Who may use the load balancer is not checked here, so it must not be open to everyone instead.
    bool is_guarded() {
        if (service_.type != k8s::ServiceType::load_balancer) return false;
        auto ranges = service_.load_balancer_source_ranges;
        std::string field = "spec.loadBalancerSourceRanges";
        const auto annotation = service_.meta.annotations.find(kSourceRangesAnnotation);
        if (ranges.empty() && annotation != service_.meta.annotations.end()) {
            ranges = split_list(annotation->second);
            field = fmt::format("annotation {}", kSourceRangesAnnotation);
        }
        const bool open = ranges.empty() || std::ranges::any_of(ranges, [](const std::string& range) {
                              return range == "0.0.0.0/0" || range == "::/0";
                          });
        if (open) return false;
        report(Severity::warning, field,
               fmt::format("admits only {}, which Fairway does not check. The load balancer's ports are not opened; "
                           "remove it to open them to everyone, or use the node ports",
                           fmt::join(ranges, ", ")),
               "SourceRangesNotSupported");
        return true;
    }

    void note_differences() {
        if (service_.external_traffic_policy == "Local")
            notice("spec.externalTrafficPolicy",
                   "is Local; there is one node here, so it means the same as Cluster. Endpoints see Fairway's address "
                   "as the client's",
                   "TrafficPolicyWithoutEffect");
        if (!service_.external_ips.empty())
            notice("spec.externalIPs",
                   fmt::format("Fairway does not take traffic for {}; use the node ports, or --service-address",
                               fmt::join(service_.external_ips, ", ")),
                   "ExternalIpsNotSupported");
        if (!service_.load_balancer_class.empty())
            notice("spec.loadBalancerClass",
                   fmt::format("is \"{}\"; no other load balancer is here, so Fairway opens the ports itself",
                               service_.load_balancer_class),
                   "LoadBalancerClassWithoutEffect");
        if (service_.health_check_node_port != 0)
            notice("spec.healthCheckNodePort",
                   fmt::format("{} tells load balancers which nodes have endpoints; there is one node here, and the "
                               "port is not opened",
                               service_.health_check_node_port),
                   "HealthCheckPortWithoutEffect");
    }

    void notice(std::string field, std::string message, std::string reason) {
        report(Severity::notice, std::move(field), std::move(message), std::move(reason));
    }

    void report(Severity severity, std::string field, std::string message, std::string reason) {
        plan_.diagnostics.push_back({.severity = severity,
                                     .where = service_.meta.where,
                                     .kind = k8s::Service::kKind,
                                     .object = service_.meta.name,
                                     .field = std::move(field),
                                     .message = std::move(message),
                                     .reason = std::move(reason)});
    }

    const k8s::Service& service_;
    const ServiceAddresses& addresses_;
    const NodePorts& node_ports_;
    ListenerPlan plan_;
};

}  // namespace

ListenerPlan plan_service(const k8s::Service& service, const ServiceAddresses& addresses, const NodePorts& node_ports) {
    return ServicePlanner(service, addresses, node_ports).run();
}

}  // namespace fairway::ingress
