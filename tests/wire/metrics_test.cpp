// What is counted: requests by their labels, connections by what they do.
#include "wire/tls_client.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class MetricsTest : public WireTest {
protected:
    /// One exchange of a client that closes; returns what the client got.
    std::string exchange(const std::string& request, std::string_view response = kOk) {
        auto client = this->client();
        client.send(request);
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send(response);
        upstream.close();
        return client.read_response();
    }
    std::uint64_t count(const proxy::RequestLabels& labels) {
        const auto metrics = server->metrics();
        const auto found = metrics.requests.find(labels);
        return found == metrics.requests.end() ? 0 : found->second.requests;
    }
    proxy::ConnectionCounters connections() { return server->metrics().connections; }
};

TEST_F(MetricsTest, CountsRequestsByLabels) {
    config.route("shop.example", "/cart", {endpoint.address()});
    start();
    exchange("GET /cart/1 HTTP/1.1\r\nHost: Shop.example:8080\r\n\r\n");
    exchange("GET /cart/2 HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    exchange("POST /cart HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    exchange("BREW /x HTTP/1.1\r\nHost: whatever.example\r\n\r\n");
    const proxy::RequestLabels labels{"shop.example", "default", "web", "app1", "", "/cart", "GET", 200};
    EXPECT_EQ(count(labels), 2u);
    EXPECT_EQ(count({"shop.example", "default", "web", "app1", "", "/cart", "POST", 404}), 1u);
    EXPECT_EQ(count({"_", "default", "web", "app0", "", "/", "OTHER", 200}), 1u);
    EXPECT_EQ(server->metrics().requests.size(), 3u);
    EXPECT_EQ(connections().requests, 4u);

    const auto series = server->metrics().requests.at(labels);
    EXPECT_EQ(series.request_duration.count(), 2u);
    EXPECT_EQ(series.connect_duration.count(), 2u);
    EXPECT_EQ(series.header_duration.count(), 2u);
    EXPECT_EQ(series.response_duration.count(), 2u);
    EXPECT_GT(series.request_duration.sum_seconds, 0);
    EXPECT_GT(series.request_bytes, 2 * 40u);
    EXPECT_GT(series.response_bytes, 2 * 40u);
}

TEST_F(MetricsTest, CountsWhatTheProxyAnswersItself) {
    config.endpoints(*route, {});
    config.route("shop.example", "/cart", {endpoint.address()});
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.read_response();
    client.send("GET /unknown HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    client.read_response();
    EXPECT_EQ(count({"_", "default", "web", "app0", "", "/", "GET", 503}), 1u);
    EXPECT_EQ(count({"shop.example", "", "", "", "", "/", "GET", 404}), 1u);
}

TEST_F(MetricsTest, PutsDurationsIntoBuckets) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() - began > std::chrono::milliseconds(60); }));
    upstream.send(kOk);
    client.read_response();
    const auto series = server->metrics().requests.at({"_", "default", "web", "app0", "", "/", "GET", 200});
    for (std::size_t bucket = 0; bucket < 4; ++bucket)
        EXPECT_EQ(series.request_duration.counts[bucket], 0u) << "up to " << proxy::kDurationBuckets[bucket] << " s";
    EXPECT_GE(series.request_duration.sum_seconds, 0.06);
}

TEST_F(MetricsTest, GaugesFollowAConnection) {
    start();
    auto silent = this->client();
    EXPECT_TRUE(eventually([&] { return connections().reading == 1; }));
    auto client = this->client();
    client.send("GET / HT");
    EXPECT_TRUE(eventually([&] { return connections().reading == 2; }));
    client.send("TP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    EXPECT_TRUE(eventually([&] { return connections().writing == 1 && connections().reading == 1; }));
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    client.read_response();
    EXPECT_TRUE(eventually([&] { return connections().waiting == 1 && connections().writing == 0; }));
    EXPECT_EQ(connections().active, 2u);
    client.close();
    silent.close();
    EXPECT_TRUE(eventually([&] {
        const auto now = connections();
        return now.active + now.reading + now.writing + now.waiting == 0;
    }));
    EXPECT_EQ(connections().accepted, 2u);
    EXPECT_EQ(connections().handled, 2u);
}

TEST_F(MetricsTest, GaugesReturnToZeroHoweverConnectionsEnd) {
    start();
    {
        auto handshake = Socket::connect(server->https_port());
        handshake.send("\x16\x03");
        auto head = this->client();
        head.send("GET / HTTP/1.1\r\nHo");
        auto bad = this->client();
        bad.send("nonsense\r\n\r\n");
        auto waiting = this->client();
        waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        endpoint.accept().read_until("\r\n\r\n");
        auto upload = this->client();
        upload.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
        EXPECT_TRUE(eventually([&] { return connections().active >= 3; }));
    }
    EXPECT_TRUE(eventually([&] {
        const auto now = connections();
        return now.accepted == 5 && now.active + now.reading + now.writing + now.waiting == 0;
    }));
    EXPECT_EQ(connections().bad_requests, 1u);
}

TEST_F(MetricsTest, CountsHandshakes) {
    start();
    TlsClient client(server->https_port());
    EXPECT_TRUE(client.connected());
    auto broken = Socket::connect(server->https_port());
    broken.send("no ClientHello at all");
    EXPECT_TRUE(
        eventually([&] { return connections().tls_handshakes == 1 && connections().tls_handshake_failures == 1; }));
}

TEST_F(MetricsTest, SeriesOfARemovedIngressGo) {
    auto& shop = config.route("shop.example", "/cart", {endpoint.address()});
    static_cast<void>(shop);
    start();
    exchange("GET /cart HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(server->metrics().requests.size(), 2u);
    config.endpoints(*route, {endpoint.address()});
    publish();
    EXPECT_EQ(server->metrics().requests.size(), 2u) << "a change elsewhere drops nothing";
    config.remove_host("shop.example");
    publish();
    EXPECT_EQ(server->metrics().requests.size(), 1u);
    EXPECT_EQ(count({"_", "default", "web", "app0", "", "/", "GET", 200}), 1u);
}

TEST_F(MetricsTest, AddsUpTheWorkers) {
    start(3);
    for (int i = 0; i < 12; ++i) exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return connections().requests == 12; }));
    EXPECT_EQ(count({"_", "default", "web", "app0", "", "/", "GET", 200}), 12u);
    EXPECT_EQ(connections().accepted, 12u);
}

}  // namespace
}  // namespace fairway::wire
