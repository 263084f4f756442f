// grpc-timeout bounds a whole call, wherever it is when the time is over.
#include "wire/grpc_fixture.hpp"
#include "wire/unreachable.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

class GrpcTimeout : public GrpcTest {
protected:
    static Fields timed_call(const std::string& timeout) { return call({{"grpc-timeout", timeout}}); }
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    bool in_time() const {
        const auto took = std::chrono::steady_clock::now() - begun;
        return took >= 300ms && took < 5s;
    }
};

TEST_F(GrpcTimeout, EndsTheWaitForTheEndpoint) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(timed_call("300m"));
    auto upstream = endpoint.accept();
    EXPECT_TRUE(contains(upstream.read_until("\r\n\r\n"), "\r\ngrpc-timeout: 300m\r\n"))
        << "the endpoint knows it as well";
    expect_status(client.whole(stream), "4");
    EXPECT_TRUE(in_time());
    EXPECT_TRUE(upstream.closed_by_peer()) << "the endpoint works no longer for nobody";
    EXPECT_TRUE(endpoint.nobody_connected()) << "not repeated";
}

TEST_F(GrpcTimeout, EndsAWaitForTheConnection) {
    const Unreachable slow;
    config = SnapshotBuilder();
    config.route("_", "/", {slow.address()});
    start();
    expect_status(answer_to_call(timed_call("300m")), "4");
    EXPECT_TRUE(in_time());
}

TEST_F(GrpcTimeout, EndsAnUpload) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(timed_call("300m"), End::no);
    client.send(stream, "some");
    auto upstream = endpoint.accept();
    upstream.read_until("some");
    expect_status(client.whole(stream), "4");
    EXPECT_TRUE(upstream.read_to_end().ends_with("[reset]")) << "a cut request must look cut";
}

TEST_F(GrpcTimeout, ResetsAResponseThatHasBegun) {
    start();
    for (const bool client_reads : {true, false}) {
        Http2Client client(server->http_port());
        client.consumes = client_reads;
        const auto stream = client.request(timed_call("300m"));
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nContent-Length: 300000\r\n\r\n" +
                      std::string(200000, 'x'));
        EXPECT_TRUE(client.whole(stream).reset);
        EXPECT_FALSE(client.whole(stream).ended);
        EXPECT_TRUE(upstream.closed_by_peer());
    }
    expect_served_normally();
}

TEST_F(GrpcTimeout, ReadTimeoutStillApplies) {
    policy().timeouts.read = 1s;
    policy().retry.conditions = 0;
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(timed_call("1H"));
    auto upstream = endpoint.accept();
    expect_status(client.whole(stream), "14");
}

TEST_F(GrpcTimeout, OutlivedByAnswersInTime) {
    start();
    Http2Client client(server->http_port());
    for (const char* timeout : {"10S", "99999999H", "soon", "5", "0m"}) {
        const auto stream = client.request(timed_call(timeout));
        auto upstream = endpoint.accept();
        EXPECT_TRUE(contains(upstream.read_until("\r\n\r\n"), std::string("\r\ngrpc-timeout: ") + timeout + "\r\n"));
        upstream.send("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n"
                      "Trailer: grpc-status\r\nConnection: close\r\n\r\n2\r\nok\r\n0\r\ngrpc-status: 0\r\n\r\n");
        const auto& answer = client.whole(stream);
        EXPECT_EQ(answer.body, "ok") << timeout;
        EXPECT_EQ(answer.trailers, (Fields{{"grpc-status", "0"}}));
    }
}

TEST_F(GrpcTimeout, IsForCallsOnly) {
    start();
    Http2Client client(server->http_port());
    Fields head = timed_call("1n");
    head[5].second = "application/json";
    const auto stream = client.request(head);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    EXPECT_FALSE(upstream.wait_readable(300ms)) << "cut by a field that means nothing here";
    upstream.send(kOk);
    EXPECT_EQ(client.whole(stream).body, "ok");
}

}  // namespace
}  // namespace fairway::wire
