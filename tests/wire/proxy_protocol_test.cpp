// The PROXY protocol on the wire: believed from clients, told to endpoints.
#include "wire/service_fixture.hpp"

namespace fairway::wire {
namespace {

class ProxyProtocol : public ServiceListenerTest {
protected:
    void expect_reset(Socket& client) { EXPECT_TRUE(client.read_to_end().ends_with("[reset]")); }
};

TEST_F(ProxyProtocol, HeaderIsTakenOffAndTheRestArrives) {
    auto& listener = add();
    listener.accept_proxy_protocol = true;
    start();
    auto client = Socket::connect(listener.address);
    client.send("PROXY TCP4 192.0.2.1 198.51.100.2 12345 443\r\nhello");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_exactly(5), "hello");
    client.send(" world");
    EXPECT_EQ(upstream.read_exactly(6), " world");
    upstream.send("yes");
    EXPECT_EQ(client.read_exactly(3), "yes");
    EXPECT_EQ(counters(listener.address).received_bytes, 11u);
}

TEST_F(ProxyProtocol, HeaderMayComeInPieces) {
    auto& listener = add();
    listener.accept_proxy_protocol = true;
    start();
    auto client = Socket::connect(listener.address);
    for (const char c : std::string_view("PROXY UNKNOWN\r\n")) client.send({&c, 1});
    auto upstream = endpoint.accept();
    upstream.send("220 ready");
    EXPECT_EQ(client.read_exactly(9), "220 ready");
}

TEST_F(ProxyProtocol, BadHeadersEndTheConnectionBeforeAnEndpointSeesIt) {
    auto& listener = add();
    listener.accept_proxy_protocol = true;
    start();
    const std::string_view bad[] = {"GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 1.2.3.4\r\n", "\r\n\r\nno signature"};
    std::uint64_t count = 0;
    for (const auto bytes : bad) {
        auto client = Socket::connect(listener.address);
        client.send(bytes);
        expect_reset(client);
        EXPECT_EQ(counters(listener.address).bad_proxy_headers, ++count) << bytes;
    }
    auto leaving = Socket::connect(listener.address);
    leaving.send("PROXY ");
    leaving.shutdown_write();
    expect_reset(leaving);
    EXPECT_TRUE(endpoint.nobody_connected());
    EXPECT_TRUE(drained());
}

TEST_F(ProxyProtocol, TellsTheEndpointWhoTheClientIs) {
    auto& listener = add();
    listener.send_proxy_protocol = true;
    start();
    auto client = Socket::connect(listener.address, *IpAddress::parse("127.0.0.77"));
    client.send("hello");
    auto upstream = endpoint.accept();
    const auto line = upstream.read_until("\r\n");
    EXPECT_TRUE(line.starts_with("PROXY TCP4 127.0.0.77 " + listener.address.ip.to_string() + " ")) << line;
    EXPECT_TRUE(line.ends_with(" " + std::to_string(listener.address.port) + "\r\n")) << line;
    EXPECT_EQ(upstream.read_exactly(5), "hello");
}

TEST_F(ProxyProtocol, TellsTheEndpointOverIpv6) {
    const SocketAddress address{*IpAddress::parse("::1"), free_port()};
    auto& listener = config.listener(routing::Transport::tcp, address, "six", {endpoint.address()});
    listener.send_proxy_protocol = true;
    start();
    auto client = Socket::connect(address);
    auto upstream = endpoint.accept();
    const auto line = upstream.read_until("\r\n");
    EXPECT_TRUE(line.starts_with("PROXY TCP6 ::1 ::1 ")) << line;
}

TEST_F(ProxyProtocol, PassesOnWhatAProxyBeforeSaid) {
    auto& listener = add();
    listener.accept_proxy_protocol = listener.send_proxy_protocol = true;
    start();
    auto client = Socket::connect(listener.address);
    client.send(std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\x30\x39\x01\xbb", 28) +
                "hi");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n"), "PROXY TCP4 192.0.2.1 198.51.100.2 12345 443\r\n");
    EXPECT_EQ(upstream.read_exactly(2), "hi");
}

}  // namespace
}  // namespace fairway::wire
