// TCP through service listeners: bytes, ends, resets, limits, and listeners that come and go.
#include "wire/service_fixture.hpp"

namespace fairway::wire {
namespace {

class ServiceListeners : public ServiceListenerTest {};

TEST_F(ServiceListeners, RelaysBytesBothWays) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    client.send("ping");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_exactly(4), "ping");
    upstream.send("pong!");
    EXPECT_EQ(client.read_exactly(5), "pong!");
    EXPECT_EQ(server->open_connections(), 1u);
    const auto counted = counters(listener.address);
    EXPECT_EQ(counted.accepted, 1u);
    EXPECT_EQ(counted.active, 1u);
    EXPECT_EQ(counted.received_bytes, 4u);
    EXPECT_EQ(counted.sent_bytes, 5u);
    client.close();
    EXPECT_EQ(upstream.read_to_end(), "");
    upstream.close();
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, EndpointMaySpeakFirst) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    upstream.send("220 ready\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "220 ready\r\n");
}

TEST_F(ServiceListeners, HalfCloseOfTheClientLeavesTheAnswer) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    client.send("question");
    client.shutdown_write();
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_to_end(), "question");
    upstream.send("answer");
    EXPECT_EQ(client.read_exactly(6), "answer");
    upstream.close();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, HalfCloseOfTheEndpointLeavesTheQuestions) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    upstream.send("all I say");
    upstream.shutdown_write();
    EXPECT_EQ(client.read_to_end(), "all I say");
    client.send("more");
    EXPECT_EQ(upstream.read_exactly(4), "more");
    client.close();
    EXPECT_EQ(upstream.read_to_end(), "");
    EXPECT_TRUE(drained());
}

}  // namespace
}  // namespace fairway::wire
