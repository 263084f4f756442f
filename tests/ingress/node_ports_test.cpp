#include "ingress/exposure/node_ports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace fairway::ingress {
namespace {

using testing::ElementsAre;

k8s::Service node_port(const std::string& name, std::int32_t written = 0, k8s::Protocol protocol = k8s::Protocol::tcp) {
    k8s::Service service;
    service.meta.name = {"default", name};
    service.type = k8s::ServiceType::node_port;
    service.ports = {{.name = "", .protocol = protocol, .app_protocol = "", .port = 80, .node_port = written}};
    return service;
}

class NodePortsTest : public testing::Test {
protected:
    std::vector<k8s::ObjectName> put(const k8s::Service& service) {
        return ports.update({{service.meta.name, &service}});
    }
    std::optional<std::uint16_t> derived(const k8s::Service& service) const {
        return ports.derived(service.meta.name, service.ports.front());
    }
    NodePorts ports;
};

TEST_F(NodePortsTest, DerivedPortNeverChanges) {
    put(node_port("kubia"));
    EXPECT_EQ(derived(node_port("kubia")), 31143);
}

TEST_F(NodePortsTest, TcpAndUdpOfOnePortShareTheNumber) {
    auto both = node_port("kubia");
    both.ports.push_back(both.ports.front());
    both.ports.back().protocol = k8s::Protocol::udp;
    put(both);
    EXPECT_EQ(ports.derived(both.meta.name, both.ports[0]), ports.derived(both.meta.name, both.ports[1]));
}

TEST_F(NodePortsTest, OthersDeriveNone) {
    auto cluster_ip = node_port("cluster-ip");
    cluster_ip.type = k8s::ServiceType::cluster_ip;
    auto load_balancer = node_port("load-balancer");
    load_balancer.type = k8s::ServiceType::load_balancer;
    const auto sctp = node_port("sctp", 0, k8s::Protocol::sctp);
    const auto written = node_port("written", 30001);
    for (const auto& service : {cluster_ip, load_balancer, sctp, written}) {
        put(service);
        EXPECT_FALSE(derived(service)) << service.meta.name.name;
    }
}

TEST_F(NodePortsTest, WrittenPortWins) {
    const auto kubia = node_port("kubia");
    put(kubia);
    const auto before = derived(kubia).value();
    const auto rival = node_port("rival", before);
    EXPECT_THAT(put(rival), ElementsAre(kubia.meta.name));
    EXPECT_EQ(derived(kubia), before + 1);
    // The rival goes: nobody moves back, clients know the new port.
    ports.update({{rival.meta.name, nullptr}});
    put(kubia);
    EXPECT_EQ(derived(kubia), before + 1);
}

TEST_F(NodePortsTest, WrittenUdpPortDoesNotMoveTcp) {
    const auto kubia = node_port("kubia");
    put(kubia);
    EXPECT_TRUE(put(node_port("rival", derived(kubia).value(), k8s::Protocol::udp)).empty());
}

TEST_F(NodePortsTest, RangeRunsOutWithoutRepetition) {
    std::vector<k8s::Service> services;
    std::map<k8s::ObjectName, const k8s::Service*> changed;
    const std::size_t room = kLastNodePort - kFirstNodePort + 1;
    for (std::size_t i = 0; i <= room; ++i) services.push_back(node_port(fmt::format("service-{}", i)));
    for (const auto& service : services) changed[service.meta.name] = &service;
    ports.update(changed);
    std::set<std::uint16_t> seen;
    for (const auto& service : services) {
        const auto port = derived(service);
        EXPECT_TRUE(!port || seen.insert(*port).second);
    }
    EXPECT_EQ(seen.size(), room);
    EXPECT_EQ(*seen.begin(), kFirstNodePort);
    EXPECT_EQ(*seen.rbegin(), kLastNodePort);
}

}  // namespace
}  // namespace fairway::ingress
