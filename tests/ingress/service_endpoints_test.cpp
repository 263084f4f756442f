// Endpoints of Services against the rules of the Kubernetes API: every row is a few manifests and what they must yield.
#include "ingress/service_endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string service(const std::string& spec) {
    return fmt::format("---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{{}}}\n", spec);
}

const std::string kSelecting = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";

struct PodText {
    std::string name;
    std::string ip;
    std::string labels = "app: web";
    std::string status = "";  ///< further fields of status
    std::string spec = "containers: [{name: main}]";
    std::string meta = "";  ///< further fields of metadata
    std::string ns = "default";
};

std::string pod(const PodText& pod) {
    const auto ip = pod.ip.empty() ? std::string() : fmt::format("podIP: \"{}\"", pod.ip);
    return fmt::format(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {}, namespace: {}, labels: {{{}}}{}{}}}\nspec: {{{}}}\n"
        "status: {{{}{}{}}}\n",
        pod.name, pod.ns, pod.labels, pod.meta.empty() ? "" : ", ", pod.meta, pod.spec, ip,
        ip.empty() || pod.status.empty() ? "" : ", ", pod.status);
}

std::string slice(const std::string& name, const std::string& endpoints, const std::string& ports = "[{port: 9000}]",
                  const std::string& type = "IPv4", const std::string& labels = "") {
    return fmt::format("---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: {}, labels: "
                       "{{kubernetes.io/service-name: web{}{}}}}}\naddressType: {}\nports: {}\nendpoints: [{}]\n",
                       name, labels.empty() ? "" : ", ", labels, type, ports, endpoints);
}

std::string endpoints(const std::string& subset) {
    return fmt::format("---\napiVersion: v1\nkind: Endpoints\nmetadata: {{name: web}}\nsubsets: [{{{}}}]\n", subset);
}

const std::string kControlled = "endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io";

struct Resolved {
    std::string addresses;  ///< separated by blanks, each with "=target" if it has one
    std::string problem;
};

class Cluster {
public:
    explicit Cluster(const std::string& manifests) {
        auto decoded = k8s::decode(manifests, "f.yaml");
        for (const auto& complaint : decoded.complaints) ADD_FAILURE() << complaint.to_string() << "\n" << manifests;
        store.apply_file("f.yaml", std::move(decoded), book);
    }

    Resolved resolve(const std::string& port = "80", k8s::Protocol protocol = k8s::Protocol::tcp) const {
        const auto found = resolve_endpoints({store, readiness, &names, nullptr, &zone}, {"default", "web"}, port, protocol);
        std::vector<std::string> words;
        for (const auto& endpoint : found.set->endpoints) words.push_back(endpoint.address.to_string());
        return {fmt::format("{}", fmt::join(words, " ")), found.problem.message};
    }

    ObjectStore store;
    DiagnosticBook book;
    PodReadiness readiness;
    std::string zone;
    NameAnswers names;
};

struct Rule {
    const char* name;
    std::string manifests;
    std::string expected;
    std::string port = "80";
};

std::vector<Rule> selector_rules() {
    const auto web = service(kSelecting);
    const auto a = pod({"a", "10.0.0.1"});
    return {
        {"ChoosesByLabel", web + a + pod({"b", "10.0.0.2", "app: other"}), "10.0.0.1:8080"},
        {"EveryPairMustMatch",
         service("selector: {app: web, tier: front}, ports: [{port: 80}]") + pod({"a", "10.0.0.1", "app: web"}) +
             pod({"b", "10.0.0.2", "app: web, tier: front"}) + pod({"c", "10.0.0.3", "tier: front"}),
         "10.0.0.2:80"},
        {"FurtherLabelsDoNotMatter", web + pod({"a", "10.0.0.1", "app: web, version: \"2\""}), "10.0.0.1:8080"},
        {"OnlyItsOwnNamespace", web + a + pod({.name = "b", .ip = "10.0.0.2", .ns = "other"}), "10.0.0.1:8080"},
        {"NoSelectorChoosesNoPod", service("ports: [{port: 80}]") + a, ""},
        {"EmptySelectorChoosesNoPod", service("selector: {}, ports: [{port: 80}]") + a, ""},
        {"AllPodsSortedByAddress", web + pod({"z", "10.0.0.1"}) + pod({"a", "10.0.0.9"}) + pod({"m", "10.0.0.5"}),
         "10.0.0.1:8080 10.0.0.5:8080 10.0.0.9:8080"},
        {"TwoPodsOnOneAddressAreOneEndpoint", web + a + pod({"b", "10.0.0.1"}), "10.0.0.1:8080"},
        {"TerminatingLeaves",
         web + a + pod({.name = "b", .ip = "10.0.0.2", .meta = "deletionTimestamp: \"2026-01-01T00:00:00Z\""}),
         "10.0.0.1:8080"},
        {"FailedLeaves", web + a + pod({.name = "b", .ip = "10.0.0.2", .status = "phase: Failed"}), "10.0.0.1:8080"},
        {"SucceededLeaves", web + a + pod({.name = "b", .ip = "10.0.0.2", .status = "phase: Succeeded"}),
         "10.0.0.1:8080"},
        {"FailedLeavesEvenIfNotReadyIsPublished",
         service(kSelecting + ", publishNotReadyAddresses: true") +
             pod({.name = "b", .ip = "10.0.0.2", .status = "phase: Failed"}),
         ""},
        {"TerminatingIsPublishedIfNotReadyIs",
         service(kSelecting + ", publishNotReadyAddresses: true") +
             pod({.name = "b", .ip = "10.0.0.2", .meta = "deletionTimestamp: \"2026-01-01T00:00:00Z\""}),
         "10.0.0.2:8080"},
        {"PendingIsNotReady", web + a + pod({.name = "b", .ip = "10.0.0.2", .status = "phase: Pending"}),
         "10.0.0.1:8080"},
        {"RunningWithoutConditionsIsReady", web + pod({.name = "b", .ip = "10.0.0.2", .status = "phase: Running"}),
         "10.0.0.2:8080"},
        {"ConditionReadyFalse",
         web + a + pod({.name = "b", .ip = "10.0.0.2", .status = "conditions: [{type: Ready, status: \"False\"}]"}),
         "10.0.0.1:8080"},
        {"ConditionReadyUnknownIsNotReady",
         web + pod({.name = "b", .ip = "10.0.0.2", .status = "conditions: [{type: Ready, status: Unknown}]"}), ""},
        {"PublishesNotReady",
         service(kSelecting + ", publishNotReadyAddresses: true") +
             pod({.name = "b", .ip = "10.0.0.2", .status = "conditions: [{type: Ready, status: \"False\"}]"}),
         "10.0.0.2:8080"},
        {"GateWithoutConditionIsClosed",
         web + pod({.name = "b",
                    .ip = "10.0.0.2",
                    .spec = "containers: [{name: main}], readinessGates: [{conditionType: example.com/lb}]"}),
         ""},
        {"GateOpens",
         web + pod({.name = "b",
                    .ip = "10.0.0.2",
                    .status = "conditions: [{type: example.com/lb, status: \"True\"}]",
                    .spec = "containers: [{name: main}], readinessGates: [{conditionType: example.com/lb}]"}),
         "10.0.0.2:8080"},
        {"ConditionReadyHoldsTheGatesAlready",
         web + pod({.name = "b",
                    .ip = "10.0.0.2",
                    .status = "conditions: [{type: Ready, status: \"True\"}]",
                    .spec = "containers: [{name: main}], readinessGates: [{conditionType: example.com/lb}]"}),
         "10.0.0.2:8080"},
        {"HeadlessGoesToThePodsByTargetPort", service("clusterIP: None, " + kSelecting) + a, "10.0.0.1:8080"},
    };
}

std::vector<Rule> port_rules() {
    const auto pods =
        pod({.name = "a",
             .ip = "10.0.0.1",
             .spec = "containers: [{name: main, ports: [{name: http, containerPort: 8080}, {name: admin, "
                     "containerPort: 9090}]}]"}) +
        pod({.name = "b",
             .ip = "10.0.0.2",
             .spec = "containers: [{name: log}, {name: main, ports: [{name: http, containerPort: 8081}]}]"});
    const auto named = service(
        "selector: {app: web}, ports: [{name: web, port: 80, targetPort: http}, {name: ops, port: 81, targetPort: "
        "admin}, {name: plain, port: 82}, {name: fixed, port: 83, targetPort: 7000}]");
    return {
        {"NameResolvedForEachPod", named + pods, "10.0.0.1:8080 10.0.0.2:8081"},
        {"PodWithoutTheNameIsLeftOut", named + pods, "10.0.0.1:9090", "81"},
        {"NoTargetPortIsTheServicePort", named + pods, "10.0.0.1:82 10.0.0.2:82", "82"},
        {"NumberNeedsNoContainerPort", named + pods, "10.0.0.1:7000 10.0.0.2:7000", "83"},
        {"ByServicePortName", named + pods, "10.0.0.1:9090", "ops"},
        {"ByTargetPortName", named + pods, "10.0.0.1:8080 10.0.0.2:8081", "http"},
        {"ByTargetPortNumber", named + pods, "10.0.0.1:7000 10.0.0.2:7000", "7000"},
        {"NumberBeforeTargetPort",
         service("selector: {app: web}, ports: [{name: a, port: 80, targetPort: 81}, {name: b, port: 81, targetPort: "
                 "82}]") +
             pods,
         "10.0.0.1:82 10.0.0.2:82", "81"},
        {"TargetPortBeforeName",
         service("selector: {app: web}, ports: [{name: http, port: 80, targetPort: 1}, {name: b, port: 81, targetPort: "
                 "http}]") +
             pods,
         "10.0.0.1:8080 10.0.0.2:8081", "http"},
        {"UnknownPort", named + pods, "", "99"},
        {"SidecarPort",
         service("selector: {app: web}, ports: [{port: 80, targetPort: mesh}]") +
             pod({.name = "a",
                  .ip = "10.0.0.1",
                  .spec = "containers: [{name: main}], initContainers: [{name: proxy, restartPolicy: Always, ports: "
                          "[{name: mesh, containerPort: 15001}]}]"}),
         "10.0.0.1:15001"},
        {"InitContainerThatEndsHasNoPorts",
         service("selector: {app: web}, ports: [{port: 80, targetPort: mesh}]") +
             pod({.name = "a",
                  .ip = "10.0.0.1",
                  .spec = "containers: [{name: main}], initContainers: [{name: setup, ports: [{name: mesh, "
                          "containerPort: 15001}]}]"}),
         ""},
        {"NamedPortOfAnotherProtocolDoesNotCount",
         service("selector: {app: web}, ports: [{port: 80, targetPort: dns}]") +
             pod({.name = "a",
                  .ip = "10.0.0.1",
                  .spec = "containers: [{name: main, ports: [{name: dns, protocol: UDP, containerPort: 53}, {name: "
                          "dns, containerPort: 54}]}]"}),
         "10.0.0.1:54"},
        {"UdpPortIsNotForIngress", service("selector: {app: web}, ports: [{port: 80, protocol: UDP}]") + pods, ""},
        {"SctpPortIsNotForIngress", service("selector: {app: web}, ports: [{port: 80, protocol: SCTP}]") + pods, ""},
        {"TcpPreferredToUdpOfTheSameNumber",
         service("selector: {app: web}, ports: [{name: u, port: 80, protocol: UDP, targetPort: 1}, {name: t, port: 80, "
                 "targetPort: 2}]") +
             pods,
         "10.0.0.1:2 10.0.0.2:2"},
    };
}

std::vector<Rule> slice_rules() {
    const auto web = service("ports: [{port: 80, targetPort: 8080}]");
    const auto named =
        service("ports: [{name: http, port: 80, targetPort: 8080}, {name: ops, port: 81, targetPort: x}]");
    return {
        {"SlicesMerge",
         web + slice("s1", "{addresses: [10.1.0.1]}") + slice("s2", "{addresses: [10.1.0.2]}, {addresses: [10.1.0.1]}"),
         "10.1.0.1:9000 10.1.0.2:9000"},
        {"ReadyAbsentIsReady", web + slice("s", "{addresses: [10.1.0.1], conditions: {}}"), "10.1.0.1:9000"},
        {"NotReadyIsLeftOut",
         web + slice("s", "{addresses: [10.1.0.1]}, {addresses: [10.1.0.2], conditions: {ready: false}}"),
         "10.1.0.1:9000"},
        {"NotReadyButServingIsNoEndpoint",
         web + slice("s", "{addresses: [10.1.0.2], conditions: {ready: false, serving: true}}"), ""},
        {"TerminatingServesWhenNothingIsReady",
         web + slice("s", "{addresses: [10.1.0.1], conditions: {ready: false, serving: true, terminating: true}}, "
                          "{addresses: [10.1.0.2], conditions: {ready: false, serving: false, terminating: true}}, "
                          "{addresses: [10.1.0.3], conditions: {ready: false}}"),
         "10.1.0.1:9000"},
        {"TerminatingServesInNoOtherCase",
         web + slice("s", "{addresses: [10.1.0.1], conditions: {ready: false, serving: true, terminating: true}}, "
                          "{addresses: [10.1.0.2]}"),
         "10.1.0.2:9000"},
        {"ReadyOfOneSliceEndsTerminatingOfAnother",
         web + slice("s1", "{addresses: [10.1.0.1], conditions: {ready: false, serving: true, terminating: true}}") +
             slice("s2", "{addresses: [10.1.0.2]}"),
         "10.1.0.2:9000"},
        {"PublishesNotReady",
         service("ports: [{port: 80}], publishNotReadyAddresses: true") +
             slice("s", "{addresses: [10.1.0.2], conditions: {ready: false}}"),
         "10.1.0.2:9000"},
        {"PortByName",
         named + slice("s", "{addresses: [10.1.0.1]}", "[{name: ops, port: 9001}, {name: http, port: 9000}]"),
         "10.1.0.1:9000"},
        {"PortByNameOfTheOther",
         named + slice("s", "{addresses: [10.1.0.1]}", "[{name: ops, port: 9001}, {name: http, port: 9000}]"),
         "10.1.0.1:9001", "ops"},
        {"EachSliceHasItsOwnNumbers",
         named + slice("s1", "{addresses: [10.1.0.1]}", "[{name: http, port: 9000}]") +
             slice("s2", "{addresses: [10.1.0.2]}", "[{name: http, port: 9005}]"),
         "10.1.0.1:9000 10.1.0.2:9005"},
        {"WithoutTheNameTheNumericTargetPort", named + slice("s", "{addresses: [10.1.0.1]}", "[{name: x, port: 9}]"),
         "10.1.0.1:8080"},
        {"WithoutTheNameNoNamedTargetPort", named + slice("s", "{addresses: [10.1.0.1]}", "[{name: x, port: 9}]"), "",
         "ops"},
        {"PortOfAnotherProtocolDoesNotCount",
         web + slice("s", "{addresses: [10.1.0.1]}", "[{port: 53, protocol: UDP}]"), "10.1.0.1:8080"},
        {"NamesAreNoEndpoints", web + slice("s", "{addresses: [db.example.org]}", "[{port: 1}]", "FQDN"), ""},
        {"Ipv6", web + slice("s", "{addresses: [\"2001:db8::1\"]}", "[{port: 1}]", "IPv6"), "[2001:db8::1]:1"},
        {"BothFamilies",
         web + slice("s4", "{addresses: [10.1.0.1]}") +
             slice("s6", "{addresses: [\"2001:db8::1\"]}", "[{port: 9000}]", "IPv6"),
         "10.1.0.1:9000 [2001:db8::1]:9000"},
        {"EndpointsObject", web + endpoints("addresses: [{ip: 10.2.0.1}], ports: [{port: 9100}]"), "10.2.0.1:9100"},
        {"EndpointsNotReady",
         web + endpoints("addresses: [{ip: 10.2.0.1}], notReadyAddresses: [{ip: 10.2.0.2}], ports: [{port: 9100}]"),
         "10.2.0.1:9100"},
        {"EndpointsPublishesNotReady",
         service("ports: [{port: 80}], publishNotReadyAddresses: true") +
             endpoints("addresses: [{ip: 10.2.0.1}], notReadyAddresses: [{ip: 10.2.0.2}], ports: [{port: 9100}]"),
         "10.2.0.1:9100 10.2.0.2:9100"},
        {"SlicesBeforeTheEndpointsTheyMirror",
         web + slice("s", "{addresses: [10.1.0.1]}") + endpoints("addresses: [{ip: 10.2.0.1}], ports: [{port: 9100}]"),
         "10.1.0.1:9000"},
        {"PodsBeforeWhatIsDerivedFromThem",
         service(kSelecting) + pod({"a", "10.0.0.1"}) +
             slice("s", "{addresses: [10.1.0.1]}", "[{port: 9000}]", "IPv4", kControlled) +
             endpoints("addresses: [{ip: 10.2.0.1}], ports: [{port: 9100}]"),
         "10.0.0.1:8080"},
        {"SliceByHandBesidePods", service(kSelecting) + pod({"a", "10.0.0.1"}) + slice("s", "{addresses: [10.1.0.1]}"),
         "10.0.0.1:8080 10.1.0.1:9000"},
        {"SlicesWhenNoPodIsThere",
         service(kSelecting) + slice("s", "{addresses: [10.1.0.1]}", "[{port: 9000}]", "IPv4", kControlled),
         "10.1.0.1:9000"},
        {"GivenAddressesForPodsWithoutAny",
         service(kSelecting) + pod({"a", ""}) + endpoints("addresses: [{ip: 10.2.0.1}], ports: [{port: 9100}]"),
         "10.2.0.1:9100"},
        {"UnreadyPodsDoNotBringDerivedSlicesBack",
         service(kSelecting) +
             pod({.name = "a", .ip = "10.0.0.1", .status = "conditions: [{type: Ready, status: \"False\"}]"}) +
             slice("s", "{addresses: [10.1.0.1]}", "[{port: 9000}]", "IPv4", kControlled),
         ""},
    };
}

std::vector<Rule> family_rules() {
    const auto both =
        pod({.name = "a", .ip = "10.0.0.1", .status = "podIPs: [{ip: 10.0.0.1}, {ip: \"2001:db8::1\"}]"}) +
        pod({.name = "b", .ip = "2001:db8::2", .status = "podIPs: [{ip: \"2001:db8::2\"}, {ip: 10.0.0.2}]"});
    const auto of = [&](const std::string& fields) { return service(kSelecting + fields) + both; };
    const std::string all = "10.0.0.1:8080 10.0.0.2:8080 [2001:db8::1]:8080 [2001:db8::2]:8080";
    return {
        {"EverythingWhenTheServiceSaysNothing", of(""), all},
        {"FamilyIPv4", of(", ipFamilies: [IPv4]"), "10.0.0.1:8080 10.0.0.2:8080"},
        {"FamilyIPv6", of(", ipFamilies: [IPv6]"), "[2001:db8::1]:8080 [2001:db8::2]:8080"},
        {"TwoFamilies", of(", ipFamilies: [IPv6, IPv4]"), all},
        {"SingleStackTakesTheFirst", of(", ipFamilies: [IPv6, IPv4], ipFamilyPolicy: SingleStack"),
         "[2001:db8::1]:8080 [2001:db8::2]:8080"},
        {"SingleStackOfTheClusterIP", of(", clusterIP: \"fd00::1\", ipFamilyPolicy: SingleStack"),
         "[2001:db8::1]:8080 [2001:db8::2]:8080"},
        {"SingleStackWithoutFamilyIsEachPodsPrimary", of(", ipFamilyPolicy: SingleStack"),
         "10.0.0.1:8080 [2001:db8::2]:8080"},
        {"PreferDualStack", of(", ipFamilies: [IPv4], ipFamilyPolicy: PreferDualStack"), all},
        {"RequireDualStack", of(", ipFamilyPolicy: RequireDualStack"), all},
        {"NarrowsSlices",
         service("ports: [{port: 80}], ipFamilies: [IPv4]") + slice("s4", "{addresses: [10.1.0.1]}") +
             slice("s6", "{addresses: [\"2001:db8::1\"]}", "[{port: 9000}]", "IPv6"),
         "10.1.0.1:9000"},
    };
}

class EndpointRules : public testing::TestWithParam<Rule> {};

TEST_P(EndpointRules, Hold) {
    const auto& rule = GetParam();
    const auto resolved = Cluster(rule.manifests).resolve(rule.port);
    EXPECT_EQ(resolved.addresses, rule.expected) << rule.manifests;
    EXPECT_EQ(resolved.problem.empty(), !rule.expected.empty()) << resolved.problem;
}

const auto kRuleName = [](const auto& test) { return std::string(test.param.name); };
INSTANTIATE_TEST_SUITE_P(Selector, EndpointRules, testing::ValuesIn(selector_rules()), kRuleName);
INSTANTIATE_TEST_SUITE_P(Port, EndpointRules, testing::ValuesIn(port_rules()), kRuleName);
INSTANTIATE_TEST_SUITE_P(Slice, EndpointRules, testing::ValuesIn(slice_rules()), kRuleName);
INSTANTIATE_TEST_SUITE_P(Family, EndpointRules, testing::ValuesIn(family_rules()), kRuleName);

TEST(ServiceEndpoints, UdpPortForAListener) {
    const Cluster cluster(
        service("selector: {app: web}, ports: [{name: t, port: 53}, {name: u, port: 53, protocol: UDP, "
                "targetPort: dns}]") +
        pod({.name = "a",
             .ip = "10.0.0.1",
             .spec = "containers: [{name: m, ports: [{name: dns, protocol: UDP, containerPort: 5353}]}]"}));
    EXPECT_EQ(cluster.resolve("53", k8s::Protocol::udp).addresses, "10.0.0.1:5353");
    EXPECT_EQ(cluster.resolve("53").addresses, "10.0.0.1:53");
}

struct HintCase {
    const char* name;
    const char* service;    ///< further fields of spec
    const char* mode;       ///< annotation topology-mode
    const char* endpoints;  ///< of the first slice; the second one has 10.0.1.1 for zone b
    const char* expected;   ///< in zone a
};
class TopologyHints : public testing::TestWithParam<HintCase> {};
TEST_P(TopologyHints, ChooseTheEndpoints) {
    const std::string b = "{addresses: [10.0.1.1], hints: {forZones: [{name: b}]}}";
    auto text = service("ports: [{port: 80}]" + std::string(GetParam().service)) + slice("one", GetParam().endpoints) +
                slice("two", b);
    const std::string mode = GetParam().mode;
    if (!mode.empty())
        text.replace(text.find("{name: web}"), 11,
                     "{name: web, annotations: {service.kubernetes.io/topology-mode: " + mode + "}}");
    Cluster cluster(text);
    EXPECT_EQ(cluster.resolve().addresses.find("10.0.0.1") != std::string::npos, true) << "no zone: all";
    cluster.zone = "a";
    EXPECT_EQ(cluster.resolve().addresses, GetParam().expected);
}
constexpr const char* kHintedSlice = "{addresses: [10.0.0.1], hints: {forZones: [{name: a}]}}, {addresses: [10.0.0.2], "
                                     "hints: {forZones: [{name: b}, {name: c}]}}";
INSTANTIATE_TEST_SUITE_P(
    Reference, TopologyHints,
    testing::Values(HintCase{"NotAskedFor", "", "", kHintedSlice, "10.0.0.1:9000 10.0.0.2:9000 10.0.1.1:9000"},
                    HintCase{"AutomaticMode", "", "AUTO", kHintedSlice, "10.0.0.1:9000"},
                    HintCase{"ModeDisabled", "", "Disabled", kHintedSlice, "10.0.0.1:9000 10.0.0.2:9000 10.0.1.1:9000"},
                    HintCase{"OneEndpointHasNoHint", "", "auto",
                             "{addresses: [10.0.0.1]}, {addresses: [10.0.0.2], hints: "
                             "{forZones: [{name: b}]}}",
                             "10.0.0.1:9000 10.0.0.2:9000"},
                    HintCase{"PreferClose", ", trafficDistribution: PreferClose", "", kHintedSlice,
                             "10.0.0.1:9000 10.0.1.1:9000"},
                    HintCase{"PreferSameZone", ", trafficDistribution: PreferSameZone", "", kHintedSlice,
                             "10.0.0.1:9000 10.0.1.1:9000"}),
    [](const auto& given) { return given.param.name; });

TEST(ServiceEndpoints, ProbesOverruleTheManifest) {
    Cluster cluster(service(kSelecting) + pod({"a", "10.0.0.1"}) +
                    pod({.name = "b", .ip = "10.0.0.2", .status = "conditions: [{type: Ready, status: \"False\"}]"}));
    cluster.readiness.set({"default", "a"}, false);
    cluster.readiness.set({"default", "b"}, true);
    EXPECT_EQ(cluster.resolve().addresses, "10.0.0.2:8080");
    cluster.readiness.forget({"default", "a"});
    cluster.readiness.forget({"default", "b"});
    EXPECT_EQ(cluster.resolve().addresses, "10.0.0.1:8080");
}

TEST(ServiceEndpoints, SayWhyThereIsNone) {
    const auto why = [](const std::string& manifests, const std::string& port = "80") {
        return Cluster(manifests).resolve(port).problem;
    };
    EXPECT_THAT(why(""), HasSubstr("Service default/web does not exist"));
    EXPECT_THAT(why(service(kSelecting), "81"), HasSubstr("has no port \"81\", its ports are 80"));
    EXPECT_THAT(why(service("ports: [{port: 80}]")),
                HasSubstr("it has no selector, and no EndpointSlice or Endpoints"));
    EXPECT_THAT(why(service(kSelecting)), HasSubstr("no Pod matches its selector"));
    EXPECT_THAT(why(service(kSelecting) + pod({"a", ""})), HasSubstr("has no address; add status.podIP to it"));
    EXPECT_THAT(why(service(kSelecting) + pod({"a", ""}) + pod({"b", ""})),
                HasSubstr("the 2 Pods that match its selector have no address; add status.podIP to them"));
    EXPECT_THAT(why(service(kSelecting) + pod({.name = "a", .ip = "10.0.0.1", .status = "phase: Pending"})),
                HasSubstr("1 known, none of them ready"));
    EXPECT_THAT(why(service("selector: {app: web}, ports: [{port: 80, targetPort: http}]") + pod({"a", "10.0.0.1"})),
                HasSubstr("without a port for the Service port's targetPort"));
    EXPECT_THAT(why(service(kSelecting + ", ipFamilies: [IPv6]") + pod({"a", "10.0.0.1"})),
                HasSubstr("a family that spec.ipFamilies leaves out"));
    EXPECT_THAT(why(service("ports: [{port: 80, protocol: SCTP}]")), HasSubstr("is SCTP, not TCP"));
}

}  // namespace
}  // namespace fairway::ingress::test
