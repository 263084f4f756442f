// Watches against a scripted API server, with times short enough to wait for. Other faults: tests/e2e/test_api_faults.py.
#include "k8s-client/api/resource_watch.hpp"

#include <gmock/gmock.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <vector>

namespace fairway::k8s {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr const char* kStream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr const char* kInvalid = "HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n";

std::string chunk(const std::string& text) {
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zx", text.size());
    return std::string(size.data()) + "\r\n" + text + "\r\n";
}

std::string bookmark(const std::string& version, bool end = false) {
    return R"({"type":"BOOKMARK","object":{"kind":"Node","metadata":{"resourceVersion":")" + version + "\"" +
           (end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "") + "}}}\n";
}

const std::string kList = R"({"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]})";

std::string answer(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers each request by the next text of the script, and says nothing more on that connection.
class Server {
public:
    Server(asio::io_context& io, std::vector<std::string> script)
        : script_(std::move(script)), acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
        asio::co_spawn(io, accept(), asio::detached);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    std::vector<std::string> requests;

private:
    asio::awaitable<void> accept() {
        for (;;) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        std::string received;
        for (;;) {
            std::array<char, 4096> buffer{};
            boost::system::error_code error;
            const auto size =
                co_await socket.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return;
            received.append(buffer.data(), size);
            if (received.find("\r\n\r\n") == std::string::npos) continue;
            requests.push_back(received.substr(0, received.find('\r')));
            received.clear();
            if (script_.empty()) continue;
            const auto text = std::move(script_.front());
            script_.erase(script_.begin());
            co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
        }
    }

    std::vector<std::string> script_;
    tcp::acceptor acceptor_;
};

class ResourceWatchTest : public testing::Test {
protected:
    /// Runs until so many requests have come.
    void follow(std::vector<std::string> script, std::size_t requests) {
        Server server(io, std::move(script));
        ClientConfig config;
        config.host = "127.0.0.1";
        config.port = server.port();
        config.tls = false;
        ApiClient client(io, config, "test");
        WatchEvents events;
        events.changed = [](const Decoded&) {};
        events.deleted = [](const ObjectName&) {};
        events.listed = [this](const std::set<ObjectName>&) { ++lists; };
        events.denied = [] {};
        WatchTimes times;
        times.silence = milliseconds(50);
        times.grace = milliseconds(50);
        times.short_watch = milliseconds(1);
        times.pauses.first = milliseconds(2);
        ResourceWatch watch(client, {"Node", "/api/v1", "nodes", {}, {}, {}}, std::move(events), times);
        asio::co_spawn(io, watch.run(), asio::detached);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (server.requests.size() < requests && std::chrono::steady_clock::now() < deadline)
            io.run_one_until(deadline);
        asked = server.requests;
    }

    asio::io_context io;
    std::vector<std::string> asked;
    int lists = 0;
};

using testing::HasSubstr;

TEST_F(ResourceWatchTest, BeginsAgainWhereItWasWhenAServerThatSendsBookmarksFallsSilent) {
    follow({kStream + chunk(bookmark("7", true)) + chunk(bookmark("8"))}, 2);
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_THAT(asked[0], HasSubstr("sendInitialEvents=true&resourceVersionMatch=NotOlderThan"));
    EXPECT_THAT(asked[1], HasSubstr("resourceVersion=8"));
    EXPECT_EQ(lists, 1);
}

TEST_F(ResourceWatchTest, ListsInPagesWhereSendInitialEventsIsRefused) {
    follow({kInvalid, answer(kList)}, 3);
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_THAT(asked[1], HasSubstr("/api/v1/nodes?limit=500"));
    EXPECT_THAT(asked[2], HasSubstr("resourceVersion=5"));
    EXPECT_EQ(lists, 1);
}

TEST_F(ResourceWatchTest, ListsInPagesWhereSendInitialEventsIsNotUnderstood) {
    follow({kStream, answer(kList)}, 3);
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_THAT(asked[1], HasSubstr("limit=500"));
    EXPECT_EQ(lists, 1);
}

TEST_F(ResourceWatchTest, ReadsAllAnewAfterAnAnswerThatIsCutShort) {
    follow({kInvalid, answer(kList.substr(0, 70)), answer(kList)}, 4);
    ASSERT_EQ(asked.size(), 4U);
    EXPECT_THAT(asked[2], HasSubstr("limit=500"));
    EXPECT_EQ(lists, 1);
}

}  // namespace
}  // namespace fairway::k8s
