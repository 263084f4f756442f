// A new snapshot takes over between two requests: nothing is cut, and the old one goes when its last request does.
#include <atomic>

#include "wire/named_endpoint.hpp"
#include "wire/wire_fixture.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class SnapshotSwap : public WireTest {};

TEST_F(SnapshotSwap, CutsNothingUnderLoad) {
    constexpr int kPublishes = 200;
    const NamedEndpoint one("one"), two("two");
    config.endpoints(*route, {one.address()});
    start(4);

    std::atomic<bool> over = false;
    std::atomic<int> answered = 0;
    std::atomic<int> failed = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            Socket client = this->client();
            while (!over) {
                client.send(kGet);
                const std::string response = client.read_response();
                ++(response.starts_with("HTTP/1.1 200 OK\r\n") ? answered : failed);
                if (failed > 0) break;
            }
        });
    std::vector<std::weak_ptr<const routing::Snapshot>> published;
    for (int i = 0; i < kPublishes && failed == 0; ++i) {
        config.endpoints(*route, i % 3 == 0   ? std::vector{one.address()}
                                 : i % 3 == 1 ? std::vector{one.address(), two.address()}
                                              : std::vector{two.address()});
        config.remove_host("extra.example");
        if (i % 2 == 0) config.route("extra.example", "/", {two.address()});
        const auto snapshot = config.build();
        published.push_back(snapshot);
        server->publish(snapshot);
        const int before = answered;
        if (i % 10 != 0) continue;
        EXPECT_TRUE(eventually([&] { return answered > before + 5 || failed > 0; })) << "the load goes on";
    }
    over = true;
    for (auto& client : clients) client.join();
    EXPECT_EQ(failed, 0);
    EXPECT_GT(answered, kPublishes / 2);

    published.pop_back();  // the live one
    EXPECT_TRUE(eventually([&] {
        return std::all_of(published.begin(), published.end(), [](const auto& old) { return old.expired(); });
    })) << "old snapshots are released";
}

TEST_F(SnapshotSwap, RunningRequestKeepsItsSnapshot) {
    start();
    auto client = this->client();
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    auto upstream = endpoint.accept();
    upstream.read_until("\nabc");

    const auto next = [&] {
        const auto snapshot = config.build();
        server->publish(snapshot);
        EXPECT_TRUE(server->wait_for(snapshot->generation, kPatience));
        return std::weak_ptr<const routing::Snapshot>(snapshot);
    };
    config.policy(*route).body_limit.max_bytes = 1;
    config.policy(*route).denied = "not any more";
    const auto second = next();
    client.send("def");
    EXPECT_EQ(upstream.read_exactly(3), "def");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
    client.send(kGet);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 503 ")) << "the next request has the new policy";

    EXPECT_FALSE(second.expired());
    next();
    EXPECT_TRUE(eventually([&] { return second.expired(); })) << "though the connection is still open";
}

TEST_F(SnapshotSwap, TunnelHoldsItsSnapshotUntilItEnds) {
    start();
    const auto first = [&] {
        const auto snapshot = config.build();
        server->publish(snapshot);
        EXPECT_TRUE(server->wait_for(snapshot->generation, kPatience));
        return std::weak_ptr<const routing::Snapshot>(snapshot);
    }();
    auto client = this->client();
    client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    client.read_until("\r\n\r\n");
    config.endpoints(*route, {});
    publish();
    client.send("ping");
    EXPECT_EQ(upstream.read_exactly(4), "ping");
    EXPECT_FALSE(first.expired());
    upstream.close();
    client.close();
    EXPECT_TRUE(eventually([&] { return first.expired(); }));
}

}  // namespace
}  // namespace fairway::wire
