// Service sessionAffinity ClientIP: over requests, connections, workers, listeners and configurations.
#include <map>
#include <set>

#include "wire/named_endpoint.hpp"
#include "wire/service_fixture.hpp"

namespace fairway::wire {
namespace {

class ClientIp : public ServiceListenerTest {
protected:
    ClientIp() {
        config.endpoints(*route, all());
        config.backend(*route).client_ip_affinity = routing::ClientIpAffinity{.group = 1};
    }
    std::vector<SocketAddress> all() const { return {one.address(), two.address(), three.address()}; }

    static IpAddress client_ip(unsigned number) { return *IpAddress::parse("127.0.0." + std::to_string(number)); }
    static std::string body(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }

    /// The name of the endpoint that answers a new connection of a client.
    std::string ask(unsigned number, std::string_view more_fields = "") {
        return ask_at({*IpAddress::parse("127.0.0.1"), server->http_port()}, number, more_fields);
    }
    static std::string ask_at(const SocketAddress& address, unsigned number, std::string_view more_fields = "") {
        auto client = Socket::connect(address, client_ip(number));
        client.send("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(more_fields) + "\r\n");
        return body(client.read_response());
    }

    NamedEndpoint one{"one"}, two{"two"}, three{"three"};
};

TEST_F(ClientIp, KeepsItsEndpointOnEveryWorker) {
    start(2);
    std::set<std::string> used;
    for (unsigned client = 10; client < 20; ++client) {
        const auto first = ask(client);
        used.insert(first);
        for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(client), first) << client;
    }
    EXPECT_EQ(used.size(), 3u) << "clients are still spread";
}

TEST_F(ClientIp, IsSharedByHttpAndListenersOfOnePort) {
    auto& same = add("same", all());
    auto& other = add("other", all());
    const_cast<routing::Backend&>(*same.backend).client_ip_affinity = routing::ClientIpAffinity{.group = 1};
    const_cast<routing::Backend&>(*other.backend).client_ip_affinity = routing::ClientIpAffinity{.group = 2};
    start(2);
    std::set<bool> alike;
    for (unsigned client = 10; client < 30; ++client) {
        const auto first = ask_at(same.address, client);
        EXPECT_EQ(ask(client), first);
        EXPECT_EQ(ask_at(same.address, client), first);
        alike.insert(ask_at(other.address, client) == first);
    }
    EXPECT_TRUE(alike.contains(false)) << "another Service port remembers for itself";
}

TEST_F(ClientIp, OutlivesConfigurationsThatKeepTheEndpoint) {
    start();
    const auto first = ask(10);
    config.route("new.example", "/", {one.address()});
    publish();
    EXPECT_EQ(ask(10), first);
    EXPECT_EQ(ask(10), first);
}

TEST_F(ClientIp, MovesOnceWhenItsEndpointIsNoLongerReady) {
    start();
    const auto first = ask(10);
    std::vector<SocketAddress> rest;
    for (const auto& [name, address] : std::map<std::string, SocketAddress>{
             {"one", one.address()}, {"two", two.address()}, {"three", three.address()}})
        if (name != first) rest.push_back(address);
    config.endpoints(*route, rest);
    publish();
    const auto second = ask(10);
    EXPECT_NE(second, first);
    config.endpoints(*route, all());
    publish();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(10), second);
}

TEST_F(ClientIp, StaysWithTheRetryThatWorked) {
    const auto refusing = free_address();
    config.endpoints(*route, {refusing, one.address(), two.address()});
    start();
    for (unsigned client = 10; client < 20; ++client) {
        const auto first = ask(client);
        EXPECT_TRUE(first == "one" || first == "two") << first;
        for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(client), first);
    }
}

TEST_F(ClientIp, IsTheRealClientBehindATrustedProxy) {
    config.settings.forwarded.use_forwarded_headers = true;
    start();
    std::set<std::string> used;
    for (int client = 1; client <= 12; ++client) {
        const auto field = "X-Forwarded-For: 198.51.100." + std::to_string(client) + "\r\n";
        const auto first = ask(1, field);
        used.insert(first);
        EXPECT_EQ(ask(2, field), first) << "through another proxy";
    }
    EXPECT_EQ(used.size(), 3u);
}

TEST_F(ClientIp, WithoutAffinityRequestsAreSpread) {
    config.backend(*route).client_ip_affinity.reset();
    start();
    std::set<std::string> used;
    for (int i = 0; i < 3; ++i) used.insert(ask(10));
    EXPECT_EQ(used.size(), 3u);
}

}  // namespace
}  // namespace fairway::wire
