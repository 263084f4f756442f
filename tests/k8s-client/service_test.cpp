// Service, Endpoints, EndpointSlice and Pod.
#include "k8s-client/objects/service.hpp"

#include "k8s-client/decoding.hpp"
#include "k8s-client/objects/pod.hpp"

namespace fairway::k8s {
namespace {

using test::only;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

TEST(ServiceDecode, OfTheNotes) {
    const auto service = only<Service>(R"(apiVersion: v1
kind: Service
metadata:
  name: kubia
spec:
  sessionAffinity: ClientIP
  ports:
  - name: http
    port: 80
    targetPort: 8080
  - name: https
    port: 443
    targetPort: https
    nodePort: 30123
    appProtocol: kubernetes.io/h2c
  selector:
    app: kubia
)");
    EXPECT_EQ(service.type, ServiceType::cluster_ip);
    EXPECT_TRUE(service.client_ip_affinity);
    EXPECT_EQ(service.affinity_timeout_seconds, 10800);
    EXPECT_THAT(service.selector, ElementsAre(Pair("app", "kubia")));
    ASSERT_THAT(service.ports, SizeIs(2));
    EXPECT_EQ(service.ports[0].port, 80);
    EXPECT_EQ(service.ports[0].target_port, IntOrString{8080});
    EXPECT_EQ(service.ports[0].protocol, Protocol::tcp);
    EXPECT_EQ(service.ports[1].target_port, IntOrString{"https"});
    EXPECT_EQ(service.ports[1].node_port, 30123);
    EXPECT_EQ(service.ports[1].app_protocol, "kubernetes.io/h2c");
}

TEST(ServiceDecode, Headless) {
    const auto service = only<Service>("{apiVersion: v1, kind: Service, metadata: {name: kubia-headless}, spec: "
                                       "{clusterIP: None, publishNotReadyAddresses: yes}}");
    EXPECT_EQ(service.cluster_ip, "None");
    EXPECT_TRUE(service.publish_not_ready_addresses);
    EXPECT_THAT(service.ports, IsEmpty());
}

TEST(ServiceDecode, ExternalNameAndLoadBalancer) {
    const auto external = only<Service>("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: "
                                        "ExternalName, externalName: api.example.com.}}");
    EXPECT_EQ(external.type, ServiceType::external_name);
    EXPECT_EQ(external.external_name, "api.example.com.");

    const auto balancer = only<Service>(R"(apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  type: LoadBalancer
  clusterIP: 10.0.0.1
  externalIPs: [192.0.2.7, "2001:db8::7"]
  externalTrafficPolicy: Local
  loadBalancerClass: example.com/lb
  sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}
  ports: [{port: 53, protocol: UDP}]
)");
    EXPECT_EQ(balancer.type, ServiceType::load_balancer);
    EXPECT_THAT(balancer.external_ips, ElementsAre("192.0.2.7", "2001:db8::7"));
    EXPECT_EQ(balancer.external_traffic_policy, "Local");
    EXPECT_EQ(balancer.load_balancer_class, "example.com/lb");
    EXPECT_EQ(balancer.affinity_timeout_seconds, 60);
    EXPECT_FALSE(balancer.client_ip_affinity);
    EXPECT_EQ(balancer.ports.at(0).protocol, Protocol::udp);
    EXPECT_EQ(balancer.ports.at(0).target_port, IntOrString{0});
}

TEST(EndpointsDecode, ReadyAndNot) {
    const auto endpoints = only<Endpoints>(R"(apiVersion: v1
kind: Endpoints
metadata: {name: kubia}
subsets:
- addresses:
  - ip: 127.0.0.1
    targetRef: {kind: Pod, name: kubia-1}
  - {ip: "::1", hostname: second}
  notReadyAddresses: [{ip: 10.0.0.3}]
  ports:
  - {name: http, port: 8080}
  - {name: dns, port: 53, protocol: UDP, appProtocol: dns}
)");
    ASSERT_THAT(endpoints.subsets, SizeIs(1));
    const auto& subset = endpoints.subsets[0];
    ASSERT_THAT(subset.addresses, SizeIs(2));
    EXPECT_EQ(subset.addresses[0].target, "kubia-1");
    EXPECT_EQ(subset.addresses[1].ip, "::1");
    EXPECT_EQ(subset.addresses[1].target, "second");
    EXPECT_EQ(subset.not_ready_addresses.at(0).ip, "10.0.0.3");
    ASSERT_THAT(subset.ports, SizeIs(2));
    EXPECT_EQ(subset.ports[0].port, 8080);
    EXPECT_EQ(subset.ports[1].protocol, Protocol::udp);
    EXPECT_EQ(subset.ports[1].app_protocol, "dns");
}

TEST(EndpointSliceDecode, ConditionsZonesAndHints) {
    const auto slice = only<EndpointSlice>(R"(apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubia-x, labels: {kubernetes.io/service-name: kubia}}
addressType: IPv4
endpoints:
- addresses: [10.0.0.1]
  conditions: {ready: false, serving: true, terminating: true}
  targetRef: {name: kubia-1}
  nodeName: node-1
  zone: a
  hints: {forZones: [{name: a}, {name: b}]}
- addresses: [10.0.0.2]
ports:
- {name: http, port: 8080}
- {name: any, port: null}
)");
    EXPECT_EQ(slice.service_name(), "kubia");
    EXPECT_EQ(slice.address_type, "IPv4");
    ASSERT_THAT(slice.endpoints, SizeIs(2));
    const auto& first = slice.endpoints[0];
    EXPECT_EQ(first.ready, false);
    EXPECT_EQ(first.serving, true);
    EXPECT_EQ(first.terminating, true);
    EXPECT_EQ(first.target, "kubia-1");
    EXPECT_EQ(first.node_name, "node-1");
    EXPECT_EQ(first.zone, "a");
    EXPECT_THAT(first.hinted_zones, ElementsAre("a", "b"));
    EXPECT_EQ(slice.endpoints[1].ready, std::nullopt);
    EXPECT_EQ(slice.ports.at(0).port, 8080);
    EXPECT_EQ(slice.ports.at(1).port, std::nullopt);
}

TEST(EndpointSliceDecode, BetaHasTheZoneInItsTopology) {
    const auto slice =
        only<EndpointSlice>(R"({"apiVersion":"discovery.k8s.io/v1beta1","kind":"EndpointSlice","metadata":{"name":"a"},
        "addressType":"FQDN","endpoints":[{"addresses":["db.example.com"],"topology":{"topology.kubernetes.io/zone":"z"}}],"ports":null})");
    EXPECT_EQ(slice.endpoints.at(0).zone, "z");
    EXPECT_EQ(slice.service_name(), "");
}

TEST(ServiceDecode, FamiliesAndPolicies) {
    const auto service = only<Service>(R"(apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  clusterIPs: [10.0.0.1, "fd00::1"]
  ipFamilies: [IPv4, IPv6]
  ipFamilyPolicy: PreferDualStack
  internalTrafficPolicy: Local
  trafficDistribution: PreferClose
  loadBalancerIP: 192.0.2.1
  ports: [{port: 80}]
)");
    EXPECT_EQ(service.cluster_ip, "10.0.0.1");
    EXPECT_THAT(service.cluster_ips, ElementsAre("10.0.0.1", "fd00::1"));
    EXPECT_THAT(service.ip_families, ElementsAre(IpFamily::v4, IpFamily::v6));
    EXPECT_EQ(service.ip_family_policy, IpFamilyPolicy::prefer_dual_stack);
    EXPECT_EQ(service.internal_traffic_policy, "Local");
    EXPECT_EQ(service.traffic_distribution, "PreferClose");
    EXPECT_EQ(service.load_balancer_ip, "192.0.2.1");

    const auto plain = only<Service>(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: 10.0.0.1, ports: [{port: 80}]}}");
    EXPECT_THAT(plain.cluster_ips, ElementsAre("10.0.0.1"));
    EXPECT_THAT(plain.ip_families, IsEmpty());
    EXPECT_EQ(plain.ip_family_policy, IpFamilyPolicy::unset);
    EXPECT_EQ(plain.internal_traffic_policy, "");
}

TEST(ServiceDecode, WrongFamiliesAndPolicies) {
    const auto decoded = decode(R"(apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  clusterIPs: [10.0.0.300]
  ipFamilies: [ipv4, IPv6, IPv6]
  ipFamilyPolicy: DualStack
  internalTrafficPolicy: local
  ports: [{port: 80}]
)",
                                "f.yaml");
    EXPECT_THAT(decoded.objects, IsEmpty());
    EXPECT_THAT(test::texts(decoded),
                testing::UnorderedElementsAre(
                    testing::HasSubstr("spec.clusterIPs[0]: \"10.0.0.300\" is not an IP address"),
                    testing::HasSubstr("spec.ipFamilies[0]: \"ipv4\" is not one of IPv4, IPv6; did you mean"),
                    testing::HasSubstr("spec.ipFamilies[2]: \"IPv6\" is there twice"),
                    testing::HasSubstr("spec.ipFamilyPolicy: \"DualStack\" is not one of SingleStack, PreferDualStack, "
                                       "RequireDualStack"),
                    testing::HasSubstr("spec.internalTrafficPolicy: \"local\" is not one of Cluster, Local")));
}

TEST(PodDecode, PortsSidecarsAndStatus) {
    const auto pod = only<Pod>(R"(apiVersion: v1
kind: Pod
metadata: {name: kubia-1, labels: {app: kubia}}
spec:
  anyField: is fine here
  initContainers:
  - {name: setup, ports: [{containerPort: 1}]}
  - {name: mesh, restartPolicy: Always, ports: [{name: mesh, containerPort: 15001}]}
  containers:
  - name: kubia
    image: kubia
    ports: [{name: http, containerPort: 8080}, {containerPort: 53, protocol: UDP}]
status:
  phase: Running
  podIP: 10.0.0.1
  podIPs: [{ip: 10.0.0.1}, {ip: "2001:db8::1"}]
  conditions: [{type: Initialized, status: "True"}, {type: Ready, status: "False"}]
)");
    ASSERT_THAT(pod.containers, SizeIs(2));
    EXPECT_EQ(pod.containers[0].name, "kubia");
    ASSERT_THAT(pod.containers[0].ports, SizeIs(2));
    EXPECT_EQ(pod.containers[0].ports[0].name, "http");
    EXPECT_EQ(pod.containers[0].ports[1].protocol, Protocol::udp);
    EXPECT_EQ(pod.containers[1].name, "mesh");
    EXPECT_EQ(pod.phase, "Running");
    EXPECT_THAT(pod.pod_ips, ElementsAre("10.0.0.1", "2001:db8::1"));
    EXPECT_EQ(pod.ready, false);
}

TEST(PodDecode, WithoutStatus) {
    const auto pod = only<Pod>(
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a}]}, status: {podIP: 10.0.0.9}}");
    EXPECT_EQ(pod.phase, "");
    EXPECT_EQ(pod.ready, std::nullopt);
    EXPECT_THAT(pod.pod_ips, ElementsAre("10.0.0.9"));
}

}  // namespace
}  // namespace fairway::k8s
