// The DNS server on real sockets, with clients that are slow, hostile or many.
#include "ingress/discovery/dns_server.hpp"

#include <gtest/gtest.h>

#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "ingress/dns_query.hpp"

namespace fairway::ingress::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using namespace std::chrono_literals;

/// Says back what it gets, with a letter for the transport in front; nothing to what begins with 0.
std::optional<Bytes> echo(std::span<const std::uint8_t> query, DnsTransport transport) {
    if (query.empty() || query[0] == 0) return std::nullopt;
    if (query[0] == 0xff) throw std::runtime_error("a query that nobody expected");
    Bytes reply{static_cast<std::uint8_t>(transport == DnsTransport::udp ? 'u' : 't')};
    reply.insert(reply.end(), query.begin(), query.end());
    return reply;
}

class DnsServerTest : public testing::Test {
protected:
    void serve(DnsServerOptions options = {}) {
        options.address = {IpAddress::parse("127.0.0.1").value(), 0};
        server_.emplace(io_, options, echo);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~DnsServerTest() override {
        if (!thread_.joinable()) return;
        asio::post(io_, [this] { server_.reset(); });
        thread_.join();
    }
    asio::ip::address_v4 loopback() const { return asio::ip::address_v4::loopback(); }
    tcp::socket connect() {
        tcp::socket socket(client_io_);
        socket.connect({loopback(), server_->address().port});
        return socket;
    }
    static Bytes framed(const Bytes& query) {
        Bytes bytes;
        append16(bytes, static_cast<unsigned>(query.size()));
        bytes.insert(bytes.end(), query.begin(), query.end());
        return bytes;
    }
    static Bytes read_reply(tcp::socket& socket) {
        Bytes length(2);
        asio::read(socket, asio::buffer(length));
        Bytes reply(ReplyHeader::at(length, 0));
        asio::read(socket, asio::buffer(reply));
        return reply;
    }
    /// Blocks until the server has closed.
    static bool is_closed(tcp::socket& socket) {
        Bytes byte(1);
        boost::system::error_code error;
        asio::read(socket, asio::buffer(byte), error);
        return error == asio::error::eof || error == asio::error::connection_reset;
    }
    Bytes ask_udp(const Bytes& query) {
        udp::socket socket(client_io_, udp::v4());
        socket.send_to(asio::buffer(query), udp::endpoint(loopback(), server_->address().port));
        Bytes reply(kMaxQueryBytes + 2);
        udp::endpoint from;
        reply.resize(socket.receive_from(asio::buffer(reply), from));
        return reply;
    }

    asio::io_context io_{1};
    asio::io_context client_io_;
    std::optional<DnsServer> server_;
    std::thread thread_;
};

TEST_F(DnsServerTest, AnswersOverUdpAndTcpOnOnePort) {
    serve();
    EXPECT_EQ(ask_udp({1, 2}), (Bytes{'u', 1, 2}));
    auto socket = connect();
    asio::write(socket, asio::buffer(framed({1, 2, 3})));
    EXPECT_EQ(read_reply(socket), (Bytes{'t', 1, 2, 3}));
}

TEST_F(DnsServerTest, SilenceForWhatTheHandlerDrops) {
    serve();
    udp::socket socket(client_io_, udp::v4());
    const udp::endpoint server(loopback(), server_->address().port);
    // Had the first or the second an answer, it would come before the third's.
    socket.send_to(asio::buffer(Bytes{0, 9}), server);
    socket.send_to(asio::buffer(Bytes{}), server);
    socket.send_to(asio::buffer(Bytes{7}), server);
    Bytes reply(16);
    udp::endpoint from;
    reply.resize(socket.receive_from(asio::buffer(reply), from));
    EXPECT_EQ(reply, (Bytes{'u', 7}));
}

TEST_F(DnsServerTest, HandlerThatThrowsCostsOneAnswer) {
    serve();
    udp::socket socket(client_io_, udp::v4());
    const udp::endpoint server(loopback(), server_->address().port);
    socket.send_to(asio::buffer(Bytes{0xff}), server);
    socket.send_to(asio::buffer(Bytes{7}), server);
    Bytes reply(16);
    udp::endpoint from;
    reply.resize(socket.receive_from(asio::buffer(reply), from));
    EXPECT_EQ(reply, (Bytes{'u', 7}));
}

TEST_F(DnsServerTest, LongDatagramsArriveCutAndAreSeenToBe) {
    serve();
    EXPECT_EQ(ask_udp(Bytes(kMaxQueryBytes + 1000, 5)).size(), kMaxQueryBytes + 2);
}

TEST_F(DnsServerTest, QueriesInOneConnectionAreAnsweredInOrder) {
    serve();
    auto socket = connect();
    Bytes all;
    for (std::uint8_t i = 1; i <= 50; ++i) {
        const auto one = framed({i});
        all.insert(all.end(), one.begin(), one.end());
    }
    asio::write(socket, asio::buffer(all));
    for (std::uint8_t i = 1; i <= 50; ++i) ASSERT_EQ(read_reply(socket), (Bytes{'t', i}));
}

TEST_F(DnsServerTest, QueryInSmallPiecesIsRead) {
    serve();
    auto socket = connect();
    socket.set_option(tcp::no_delay(true));
    for (const auto byte : framed({1, 2, 3})) asio::write(socket, asio::buffer(&byte, 1));
    EXPECT_EQ(read_reply(socket), (Bytes{'t', 1, 2, 3}));
}

TEST_F(DnsServerTest, LongAndDroppedQueriesCloseTheConnection) {
    serve();
    auto too_long = connect();
    Bytes length;
    append16(length, kMaxQueryBytes + 1);
    asio::write(too_long, asio::buffer(length));
    EXPECT_TRUE(is_closed(too_long));
    auto dropped = connect();
    asio::write(dropped, asio::buffer(framed({0})));
    EXPECT_TRUE(is_closed(dropped));
}

TEST_F(DnsServerTest, SilentConnectionsTimeOut) {
    serve({.timeout = 50ms});
    auto silent = connect();
    auto half = connect();
    asio::write(half, asio::buffer(Bytes{0, 9, 1}));
    EXPECT_TRUE(is_closed(silent));
    EXPECT_TRUE(is_closed(half));
}

TEST_F(DnsServerTest, ConnectionsAreBounded) {
    serve({.max_connections = 2, .timeout = 60s});
    auto first = connect();
    auto second = connect();
    for (auto* socket : {&first, &second}) {
        asio::write(*socket, asio::buffer(framed({1})));
        EXPECT_EQ(read_reply(*socket), (Bytes{'t', 1}));
    }
    auto third = connect();
    EXPECT_TRUE(is_closed(third));
    EXPECT_EQ(ask_udp({1}), (Bytes{'u', 1}));
}

TEST_F(DnsServerTest, PortInUseNamesTheAddress) {
    serve();
    DnsServerOptions options;
    options.address = server_->address();
    try {
        asio::io_context other;
        const DnsServer second(other, options, echo);
        FAIL() << "bound twice";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find(server_->address().to_string()), std::string::npos) << error.what();
    }
}

TEST_F(DnsServerTest, EndsWithOpenConnections) {
    serve({.timeout = 60s});
    auto socket = connect();
    asio::write(socket, asio::buffer(framed({1})));
    EXPECT_EQ(read_reply(socket), (Bytes{'t', 1}));
    asio::post(io_, [this] { server_.reset(); });
    thread_.join();
    EXPECT_TRUE(is_closed(socket));
}

}  // namespace
}  // namespace fairway::ingress::test
