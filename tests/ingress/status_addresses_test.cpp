// Which addresses the status of Ingresses gives.
#include "ingress/status/status_addresses.hpp"

#include <gmock/gmock.h>

namespace fairway::ingress {
namespace {

struct Case {
    const char* name;
    const char* spec;  // of the published Service, with its status
    std::vector<k8s::LoadBalancerAddress> expected;
};
class PublishedService : public testing::TestWithParam<Case> {};
TEST_P(PublishedService, GivesItsAddresses) {
    ObjectStore store;
    DiagnosticBook book;
    const std::string manifest =
        std::string("apiVersion: v1\nkind: Service\nmetadata: {name: edge, namespace: x}\n") + GetParam().spec + "\n";
    store.apply_live(k8s::decode(manifest, ""), book);
    ASSERT_TRUE(book.current().diagnostics.empty());
    EXPECT_EQ(status_addresses({k8s::ObjectName{"x", "edge"}, {}}, store), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Types, PublishedService,
    testing::Values(
        Case{"LoadBalancer",
             "spec: {type: LoadBalancer, clusterIP: 10.0.0.1, externalIPs: [192.0.2.2, 192.0.2.1], ports: [{port: "
             "80}]}\n"
             "status: {loadBalancer: {ingress: [{ip: 192.0.2.2}, {hostname: b.example}, {hostname: a.example}]}}",
             {{"", "192.0.2.1"}, {"", "192.0.2.2"}, {"a.example", ""}, {"b.example", ""}}},
        Case{"LoadBalancerWithoutAny", "spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ports: [{port: 80}]}", {}},
        Case{"NodePort", "spec: {type: NodePort, clusterIP: 10.0.0.1, ports: [{port: 80}]}", {{"", "10.0.0.1"}}},
        Case{"NodePortWithExternalIps",
             "spec: {type: NodePort, clusterIP: 10.0.0.1, externalIPs: [192.0.2.1], ports: [{port: 80}]}",
             {{"", "192.0.2.1"}}},
        Case{"ClusterIp", "spec: {clusterIP: 10.0.0.1, ports: [{port: 80}]}", {{"", "10.0.0.1"}}},
        Case{"Headless", "spec: {clusterIP: None, ports: [{port: 80}]}", {}},
        Case{"ExternalName", "spec: {type: ExternalName, externalName: edge.example}", {{"edge.example", ""}}}),
    [](const auto& given) { return given.param.name; });

TEST(StatusAddresses, WrittenOnesWin) {
    const ObjectStore store;
    const StatusOptions options{k8s::ObjectName{"x", "edge"}, {"lb.example", "2001:db8::1", "192.0.2.1", "lb.example"}};
    EXPECT_EQ(status_addresses(options, store),
              (std::vector<k8s::LoadBalancerAddress>{{"", "192.0.2.1"}, {"", "2001:db8::1"}, {"lb.example", ""}}));
}

TEST(StatusAddresses, NoneWithoutTheService) {
    const ObjectStore store;
    EXPECT_TRUE(status_addresses({k8s::ObjectName{"x", "edge"}, {}}, store).empty());
}

}  // namespace
}  // namespace fairway::ingress
