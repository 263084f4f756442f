// Service, Endpoints and EndpointSlice: core/v1 and discovery.k8s.io/v1.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/objects/meta.hpp"

namespace fairway::k8s {

enum class Protocol { tcp, udp, sctp };
/// "TCP", "UDP" or "SCTP".
std::string_view to_string(Protocol protocol) noexcept;
enum class ServiceType { cluster_ip, node_port, load_balancer, external_name };
enum class IpFamily { v4, v6 };
/// spec.ipFamilyPolicy; `unset` when absent: a cluster would fill in SingleStack.
enum class IpFamilyPolicy { unset, single_stack, prefer_dual_stack, require_dual_stack };

/// spec.ports[]
struct ServicePort {
    std::string name;  ///< may be empty when the Service has one port
    Protocol protocol = Protocol::tcp;
    std::string app_protocol;
    std::int32_t port = 0;
    IntOrString target_port = 0;  ///< 0: same as `port`
    std::int32_t node_port = 0;   ///< 0: none
};

struct Service {
    static constexpr const char* kKind = "Service";
    ObjectMeta meta;
    ServiceType type = ServiceType::cluster_ip;
    std::string cluster_ip;                ///< "None": headless
    std::vector<std::string> cluster_ips;  ///< spec.clusterIPs, else spec.clusterIP; of both families in dual stack
    std::vector<IpFamily> ip_families;     ///< spec.ipFamilies, the primary one first; at most two
    IpFamilyPolicy ip_family_policy = IpFamilyPolicy::unset;
    std::vector<std::string> external_ips;
    std::string external_name;
    std::map<std::string, std::string> selector;
    std::vector<ServicePort> ports;
    bool publish_not_ready_addresses = false;
    bool client_ip_affinity = false;                ///< spec.sessionAffinity: ClientIP
    std::int32_t affinity_timeout_seconds = 10800;  ///< spec.sessionAffinityConfig.clientIP.timeoutSeconds
    std::string external_traffic_policy;
    std::string internal_traffic_policy;  ///< "Cluster", "Local" or empty
    std::string traffic_distribution;     ///< spec.trafficDistribution, or empty
    std::string load_balancer_ip;
    std::string load_balancer_class;
    std::vector<std::string> load_balancer_source_ranges;
    std::int32_t health_check_node_port = 0;  ///< 0: none
    std::vector<LoadBalancerAddress> status;  ///< status.loadBalancer.ingress
};

/// subsets[].ports[] and EndpointSlice ports[]
struct EndpointPort {
    std::string name;
    Protocol protocol = Protocol::tcp;
    std::string app_protocol;
    std::optional<std::int32_t> port;
};

struct EndpointAddress {
    std::string ip;
    std::string target;    ///< targetRef.name, or hostname
    std::string hostname;  ///< its DNS name behind a headless Service
};

struct EndpointSubset {
    std::vector<EndpointAddress> addresses;
    std::vector<EndpointAddress> not_ready_addresses;
    std::vector<EndpointPort> ports;
};

/// core/v1 Endpoints: belongs to the Service of the same name.
struct Endpoints {
    static constexpr const char* kKind = "Endpoints";
    ObjectMeta meta;
    std::vector<EndpointSubset> subsets;
};

/// discovery.k8s.io/v1 EndpointSlice endpoints[]; absent conditions mean ready, serving, not terminating.
struct SliceEndpoint {
    std::vector<std::string> addresses;
    std::optional<bool> ready;
    std::optional<bool> serving;
    std::optional<bool> terminating;
    std::string target;    ///< targetRef.name, or hostname
    std::string hostname;  ///< its DNS name behind a headless Service
    std::string zone;
    std::string node_name;
    std::vector<std::string> hinted_zones;  ///< hints.forZones[].name
};

struct EndpointSlice {
    static constexpr const char* kKind = "EndpointSlice";
    ObjectMeta meta;
    std::string address_type;  ///< IPv4, IPv6 or FQDN
    std::vector<SliceEndpoint> endpoints;
    std::vector<EndpointPort> ports;

    /// Label kubernetes.io/service-name; empty when absent.
    std::string service_name() const;
};

}  // namespace fairway::k8s
