#include "admin/http_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace fairway::admin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

HttpResponse echo(const HttpRequest& request) {
    if (request.path == "/throws") throw std::runtime_error("a bug");
    if (request.path == "/fields") return {200, request.host + " " + request.query};
    if (request.path == "/pieces")
        return {200, "one,", "text/plain", [left = 2]() mutable -> std::optional<std::string> {
                    if (left == 0) return std::nullopt;
                    return --left == 1 ? "two," : "three";
                }};
    if (request.path == "/cut")
        return {200, "one,", "text/plain", []() -> std::optional<std::string> { throw std::runtime_error("a bug"); }};
    return {200, request.method + " " + request.path};
}

/// A server on a thread of its own.
class RunningServer {
public:
    explicit RunningServer(HttpServerOptions options = {}) {
        options.address = *IpAddress::parse("127.0.0.1");
        server_.emplace(io_, options, echo);
        port_ = server_->port();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~RunningServer() {
        asio::post(io_, [this] { server_.reset(); });
        thread_.join();  // run() returns by itself: nothing of the server may be left in the context
    }
    std::uint16_t port() const { return port_; }

private:
    asio::io_context io_{1};
    std::optional<HttpServer> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

class Client {
public:
    explicit Client(std::uint16_t port) : socket_(io_) { socket_.connect({asio::ip::address_v4::loopback(), port}); }
    void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
    /// What comes until the server closes the connection.
    std::string read_all() {
        std::string text;
        boost::system::error_code error;
        asio::read(socket_, asio::dynamic_buffer(text), error);
        return text;
    }
    std::string read_until(const std::string& end) {
        const std::size_t size = asio::read_until(socket_, asio::dynamic_buffer(buffer_), end);
        const std::string text = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return text;
    }

private:
    asio::io_context io_;
    tcp::socket socket_;
    std::string buffer_;
};

std::string exchange(std::uint16_t port, const std::string& request) {
    Client client(port);
    client.send(request);
    return client.read_all();
}

TEST(HttpServer, AnswersAndDropsTheQuery) {
    const RunningServer server;
    const std::string response =
        exchange(server.port(), "GET /metrics?x=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
    EXPECT_NE(response.find("Content-Length: 12\r\n"), std::string::npos) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\nGET /metrics")) << response;
}

TEST(HttpServer, KeepsConnectionsAlive) {
    const RunningServer server;
    Client client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_TRUE(client.read_until("GET /a").starts_with("HTTP/1.1 200"));
    }
}

TEST(HttpServer, TellsHostAndQuery) {
    const RunningServer server;
    const std::string response =
        exchange(server.port(), "GET /fields?a=%20 HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(response.ends_with("\r\n\r\nh:1 a=%20")) << response;
}

TEST(HttpServer, SendsLongAnswersInPiecesAndKeepsTheConnection) {
    const RunningServer server;
    Client client(server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
        const std::string response = client.read_until("0\r\n\r\n");
        EXPECT_NE(response.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << response;
        EXPECT_TRUE(response.ends_with("\r\n\r\n4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n0\r\n\r\n")) << response;
    }
    client.send("HEAD /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
    client.read_until("\r\n\r\n");
    client.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_until("GET /after").starts_with("HTTP/1.1 200")) << "HEAD has no body";
}

TEST(HttpServer, AnExceptionOnTheWayCutsTheAnswerForAllToSee) {
    const RunningServer server;
    const std::string response = exchange(server.port(), "GET /cut HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(response.ends_with("one,\r\n")) << "the last chunk is missing: " << response;
    EXPECT_TRUE(exchange(server.port(), "GET /a HTTP/1.0\r\n\r\n").ends_with("GET /a")) << "others go on";
}

TEST(HttpServer, SendsPiecesToHttp10UntilItCloses) {
    const RunningServer server;
    const std::string response = exchange(server.port(), "GET /pieces HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(response.ends_with("\r\n\r\none,two,three")) << response;
}

TEST(HttpServer, HeadHasLengthAndNoBody) {
    const RunningServer server;
    const std::string response = exchange(server.port(), "HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_NE(response.find("Content-Length: 7\r\n"), std::string::npos) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\n")) << response;
}

TEST(HttpServer, AnExceptionIsA500) {
    const RunningServer server;
    const std::string response =
        exchange(server.port(), "GET /throws HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 500")) << response;
    EXPECT_EQ(response.find("a bug"), std::string::npos) << "what went wrong is for the log";
}

TEST(HttpServer, RefusesWhatIsTooLargeOrNotHttp) {
    HttpServerOptions options;
    options.max_header_bytes = 512;
    options.max_body_bytes = 16;
    const RunningServer server(options);
    EXPECT_TRUE(exchange(server.port(), "GET / HTTP/1.1\r\nX: " + std::string(4096, 'x') + "\r\n\r\n")
                    .starts_with("HTTP/1.1 431"));
    EXPECT_TRUE(exchange(server.port(), "POST / HTTP/1.1\r\nContent-Length: 17\r\n\r\n").starts_with("HTTP/1.1 413"));
    EXPECT_TRUE(exchange(server.port(), "G\x01T / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST(HttpServer, ClosesOneConnectionTooMany) {
    HttpServerOptions options;
    options.max_connections = 1;
    const RunningServer server(options);
    Client first(server.port());
    first.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    first.read_until("GET /a");
    EXPECT_EQ(Client(server.port()).read_all(), "");
    first.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(first.read_until("GET /a").starts_with("HTTP/1.1 200"));
}

TEST(HttpServer, ClosesAConnectionThatSaysNothing) {
    HttpServerOptions options;
    options.idle_timeout = std::chrono::seconds(1);
    const RunningServer server(options);
    EXPECT_EQ(Client(server.port()).read_all(), "");
}

TEST(HttpServer, NamesTheAddressItCannotHave) {
    const RunningServer server;
    asio::io_context io;
    HttpServerOptions options;
    options.address = *IpAddress::parse("127.0.0.1");
    options.port = server.port();
    try {
        HttpServer second(io, options, echo);
        FAIL() << "two servers on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()),
                  "cannot listen on 127.0.0.1:" + std::to_string(server.port()) + ": Address already in use");
    }
}

}  // namespace
}  // namespace fairway::admin
