#include "admin/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <thread>

namespace fairway::admin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;

/// Takes one connection, writes `text` to it, and keeps it open until the end when `hold` says so.
class ScriptedServer {
public:
    ScriptedServer(std::string text, bool hold)
        : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), thread_([this, text = std::move(text), hold] {
              tcp::socket socket = acceptor_.accept();
              boost::system::error_code error;
              asio::write(socket, asio::buffer(text), error);
              char byte = 0;
              // Until the client has asked, and then, if it is to be held, until it closes.
              while (!error) {
                  socket.read_some(asio::buffer(&byte, 1), error);
                  if (!hold && socket.available() == 0) break;
              }
          }) {}
    ~ScriptedServer() { thread_.join(); }
    std::string url() const { return fmt::format("http://127.0.0.1:{}", acceptor_.local_endpoint().port()); }

private:
    asio::io_context io_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

TEST(HttpClient, GivesStatusAndBody) {
    const ScriptedServer server("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                                false);
    const auto answer = http_get(server.url(), "/x");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 404U);
    EXPECT_EQ(answer->body, "abc");
}

TEST(HttpClient, EndsWithAServerThatNeverFinishes) {
    const ScriptedServer server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true);
    HttpClientLimits limits;
    limits.timeout = std::chrono::seconds(1);
    const auto answer = http_get(server.url(), "/x", limits);
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message, HasSubstr(server.url()));
}

TEST(HttpClient, BoundsWhatItReads) {
    HttpClientLimits limits;
    limits.max_body_bytes = 8;
    limits.max_header_bytes = 256;
    const ScriptedServer body("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789", false);
    EXPECT_THAT(http_get(body.url(), "/x", limits).error().message, HasSubstr("body limit"));
    const ScriptedServer head("HTTP/1.1 200 OK\r\nX: " + std::string(1000, 'x') + "\r\n\r\n", false);
    EXPECT_THAT(http_get(head.url(), "/x", limits).error().message, HasSubstr("header limit"));
}

TEST(HttpClient, SaysWhoDidNotAnswer) {
    std::string url;
    {
        asio::io_context io;
        const tcp::acceptor closed(io, {asio::ip::address_v4::loopback(), 0});
        url = fmt::format("http://127.0.0.1:{}", closed.local_endpoint().port());
    }
    EXPECT_EQ(http_get(url, "/").error().message, url + ": Connection refused");
}

TEST(HttpClient, KnowsWhatAServerUrlIs) {
    for (const char* url : {"http://127.0.0.1:10255", "http://localhost", "http://[::1]:1/"})
        EXPECT_TRUE(check_server_url(url)) << url;
    for (const char* url :
         {"", "127.0.0.1:10255", "https://127.0.0.1", "http://", "http://a/b", "http://u@a", "http://a?q"})
        EXPECT_FALSE(check_server_url(url)) << url;
}

}  // namespace
}  // namespace fairway::admin
