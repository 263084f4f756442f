#include "ingress/endpoints/service_notices.hpp"

#include <fmt/format.h>

#include "ingress/endpoints/app_protocol.hpp"
#include "ingress/endpoints/found.hpp"
#include "ingress/endpoints/service_port.hpp"
#include "ingress/endpoints/topology.hpp"

namespace fairway::ingress {

namespace {

class Notices {
public:
    explicit Notices(const k8s::Service& service) : service_(service) {}

    void about_service(std::string field, std::string message, const char* reason) {
        add(Severity::notice, k8s::Service::kKind, service_.meta, std::move(field), std::move(message), reason);
    }
    void about_pod(Severity severity, const k8s::Pod& pod, std::string field, std::string message, const char* reason) {
        add(severity, k8s::Pod::kKind, pod.meta, std::move(field), std::move(message), reason);
    }
    std::vector<Diagnostic> take() { return std::move(all_); }

private:
    void add(Severity severity, const char* kind, const k8s::ObjectMeta& meta, std::string field, std::string message,
             const char* reason) {
        all_.push_back({.severity = severity,
                        .where = meta.where,
                        .kind = kind,
                        .object = meta.name,
                        .field = std::move(field),
                        .message = std::move(message),
                        .reason = reason});
    }

    const k8s::Service& service_;
    std::vector<Diagnostic> all_;
};

void note_ports(const k8s::Service& service, const TranslationOptions& options, Notices& notices) {
    for (std::size_t i = 0; i < service.ports.size(); ++i) {
        const auto& name = service.ports[i].app_protocol;
        if (const auto advice = app_protocol_advice(name); !advice.empty())
            notices.about_service(
                fmt::format("spec.ports[{}].appProtocol", i),
                fmt::format("\"{}\" is not known, so Ingresses speak HTTP/1.1 to the endpoints; {}", name, advice),
                "AppProtocolUnknown");
        const auto field = fmt::format("spec.ports[{}].protocol", i);
        if (service.ports[i].protocol == k8s::Protocol::sctp)
            notices.about_service(field, "SCTP is not forwarded here; the port is left out", "ProtocolLeftOut");
        else if (service.ports[i].protocol == k8s::Protocol::udp && !options.services)
            notices.about_service(field,
                                  "a UDP port is left out of what Ingresses reach; --services opens listeners that "
                                  "forward it",
                                  "ProtocolLeftOut");
    }
}

void note_policies(const k8s::Service& service, const TranslationOptions& options, Notices& notices) {
    if (service.internal_traffic_policy == "Local")
        notices.about_service("spec.internalTrafficPolicy",
                              "is Local; there is one node here, so it means the same as Cluster",
                              "FieldWithoutEffect");
    if (!service.traffic_distribution.empty() && !(options.topology_aware_routing && asks_for_topology(service)))
        notices.about_service(
            "spec.trafficDistribution",
            fmt::format("{} has no effect: there are no zones or nodes here; every endpoint takes traffic",
                        service.traffic_distribution),
            "FieldWithoutEffect");
}

/// Names of containers' ports that a Pod lacks, for each named targetPort.
void note_named_ports(const k8s::Service& service, const k8s::Pod& pod, Notices& notices) {
    for (const auto& port : service.ports) {
        if (pod_port(pod, port)) continue;
        notices.about_pod(Severity::notice, pod, "spec.containers",
                          fmt::format("no {} port is named \"{}\", so port {} of Service {} leaves the Pod out; name a "
                                      "port of its containers so",
                                      k8s::to_string(port.protocol), k8s::to_string(port.target_port), port.port,
                                      service.meta.name.name),
                          "TargetPortNotFound");
    }
}

void note_pods(const ObjectStore& store, const k8s::Service& service, Notices& notices) {
    const bool given = !pods_count(store, service) && (!store.slices_of(service.meta.name).empty() ||
                                                       store.find<k8s::Endpoints>(service.meta.name) != nullptr);
    if (given) return;
    for (const auto* pod : store.pods_of(service)) {
        if (!may_be_endpoint(service, *pod)) continue;
        if (pod->pod_ips.empty())
            notices.about_pod(
                Severity::warning, *pod, "status.podIP",
                "is not set, so no Service reaches the Pod; add status.podIP with the address it listens on",
                "PodWithoutAddress");
        note_named_ports(service, *pod, notices);
    }
}

}  // namespace

std::vector<Diagnostic> service_notices(const ObjectStore& store, const k8s::Service& service,
                                        const TranslationOptions& options) {
    Notices notices(service);
    note_ports(service, options, notices);
    note_policies(service, options, notices);
    if (service.type != k8s::ServiceType::external_name) note_pods(store, service, notices);
    return notices.take();
}

}  // namespace fairway::ingress
