#include "proxy/read_ahead.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "proxy/fake_downstream.hpp"
#include "proxy/shared_tables.hpp"
#include "proxy/temporary_files.hpp"
#include "routing/policy/body_buffering.hpp"

namespace fairway::proxy::test {
namespace {

constexpr std::size_t kMiB = 1 << 20;

/// An endpoint that has sent the head of its response.
class FakeUpstream final : public UpstreamStream {
public:
    const SocketAddress& endpoint() const noexcept override { return endpoint_; }
    bool reused() const noexcept override { return false; }
    bool response_seen() const noexcept override { return true; }
    bool refused() const noexcept override { return false; }
    bool can_upgrade() const noexcept override { return false; }
    io::Task<io::IoResult> send_request(const UpstreamRequest&, std::span<const iovec>, bool,
                                        std::chrono::milliseconds) override {
        co_return io::IoResult{};
    }
    io::Task<io::IoResult> send_body(std::span<const iovec>, bool, const FieldList*,
                                     std::chrono::milliseconds) override {
        co_return io::IoResult{};
    }
    void cut_request() noexcept override {}
    HeadStatus poll_head(Method, ResponseHead&) override { return HeadStatus::complete; }
    void begin_body(const ResponseHead&) override {}
    BodyPieces poll_body() override { return body.take(); }
    const FieldList& trailers() const noexcept override { return given_trailers; }
    io::Buffer keep_response_head() override { return {}; }
    bool has_input() const noexcept override { return !body.empty(); }
    void wait_input(io::Waiter& waiter, std::chrono::milliseconds) override { waiter_ = &waiter; }
    void stop_waiting() noexcept override { waiter_ = nullptr; }
    void cancel_wait() override {
        EXPECT_FALSE(given_back);
        wake(io::Wake::cancelled);
    }
    void finish() override {}
    void abandon() noexcept override {}

    void wake(io::Wake why) {
        if (waiter_ != nullptr) std::exchange(waiter_, nullptr)->wake(why);
    }
    bool waited_for() const noexcept { return waiter_ != nullptr; }

    ScriptedBody body;
    FieldList given_trailers;
    bool given_back = false;

private:
    SocketAddress endpoint_;
    io::Waiter* waiter_ = nullptr;
};

class ReadAheadTest : public testing::Test {
protected:
    ReadAheadTest() {
        exchange.record.route = &route;
        exchange.record.tries.emplace_back();
    }

    void start(std::uint64_t memory = 0, std::uint64_t file = 1ULL << 30) {
        routing::RoutePolicy policy;
        policy.body_buffering =
            routing::BodyBuffering{.response = true, .response_memory = memory, .response_file = file};
        route.policy = std::make_shared<const routing::RoutePolicy>(policy);
        relay.emplace(worker, client, exchange, endpoint, upload, nullptr, [this] {
            ++reads;
            endpoint.given_back = true;
        });
        const auto keep = [](io::Task<bool> from, std::optional<bool>& into) -> io::Task<void> {
            into = co_await from;
        };
        root = keep(relay->run(), complete);
        root.start();
    }

    AccessLog log;
    SharedTables shared{SipKey{1, 2}, std::chrono::steady_clock::now()};
    WorkerContext worker{1, log, shared};
    routing::Route route;
    Exchange exchange;
    UploadState upload;
    FakeDownstream client;
    FakeUpstream endpoint;
    std::optional<ReadAhead> relay;
    std::optional<bool> complete;  ///< what run() returned
    int reads = 0;                 ///< how often it was said that everything has been read
    io::Task<void> root;
};

TEST_F(ReadAheadTest, PassesOnWhatComes) {
    endpoint.body.add("one ");
    endpoint.body.add("two", true);
    start();
    EXPECT_EQ(complete, true);
    EXPECT_EQ(client.sent, "one two");
    EXPECT_TRUE(client.ended);
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(exchange.record.tries.back().response_bytes, 7U);
}

TEST_F(ReadAheadTest, TheEndMayComeByItself) {
    endpoint.body.add("one");
    endpoint.body.add(BodyStatus::end);
    start();
    EXPECT_TRUE(complete == true && client.ended && client.sent == "one");
}

TEST_F(ReadAheadTest, TrailersGoWithTheEndAndKeepTheEndpoint) {
    endpoint.body.add("one", true);
    endpoint.given_trailers.push_back({.name = "X-Sum", .value = "1"});
    start();
    EXPECT_EQ(complete, true);
    ASSERT_EQ(client.sent_trailers.size(), 1U);
    EXPECT_EQ(client.sent_trailers[0].name, "X-Sum");
    EXPECT_EQ(reads, 0) << "they live as long as the exchange with the endpoint";
}

TEST_F(ReadAheadTest, ASlowClientHoldsNoEndpoint) {
    client.takes.close();
    std::string whole;
    for (int i = 0; i < 30; ++i) {
        whole += std::string(100'000, static_cast<char>('a' + i % 26));
        endpoint.body.add(whole.substr(whole.size() - 100'000), i == 29);
    }
    start();
    EXPECT_EQ(complete, std::nullopt);
    EXPECT_TRUE(endpoint.body.empty());
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(client.sent, "");
    client.takes.open();
    EXPECT_EQ(complete, true);
    EXPECT_TRUE(client.sent == whole && client.ended);
}

TEST_F(ReadAheadTest, BeyondItsLimitsItWaitsForTheClient) {
    client.takes.close();
    std::string whole;
    for (int i = 0; i < 30; ++i) {
        whole += std::string(100'000, static_cast<char>('a' + i % 26));
        endpoint.body.add(whole.substr(whole.size() - 100'000), i == 29);
    }
    start(0, 500'000);
    EXPECT_EQ(endpoint.body.taken(), 16U) << "10 in memory, 5 in the file, and the one that does not fit";
    EXPECT_EQ(reads, 0);
    client.takes.open();
    EXPECT_EQ(complete, true);
    EXPECT_TRUE(client.sent == whole && client.ended);
    EXPECT_EQ(reads, 1);
}

TEST_F(ReadAheadTest, WithoutFilesItWaitsForTheClient) {
    TemporaryFiles none(kNoSuchFolder);
    client.takes.close();
    endpoint.body.add(std::string(kMiB, 'a'));
    endpoint.body.add(std::string(kMiB, 'b'));
    endpoint.body.add(std::string(kMiB, 'c'), true);
    start();
    EXPECT_EQ(endpoint.body.taken(), 2U);
    client.takes.open();
    EXPECT_TRUE(complete == true && client.sent.size() == 3 * kMiB && client.sent.ends_with('c'));
}

TEST_F(ReadAheadTest, TheHeadLeavesWhileTheEndpointPauses) {
    start();
    EXPECT_EQ(complete, std::nullopt);
    EXPECT_EQ(client.sends, 1);
    EXPECT_TRUE(client.sent.empty() && !client.ended);
    endpoint.body.add("late", true);
    endpoint.wake(io::Wake::ready);
    EXPECT_TRUE(complete == true && client.sent == "late");
}

TEST_F(ReadAheadTest, AClientThatKeepsUpTouchesNoEndpointThatWasGivenBack) {
    endpoint.body.add("one");
    start();
    endpoint.body.add("two", true);
    endpoint.wake(io::Wake::ready);
    EXPECT_EQ(complete, true);
    EXPECT_EQ(client.sent, "onetwo");
    EXPECT_EQ(reads, 1);
}

TEST_F(ReadAheadTest, WhatIsCutIsNotComplete) {
    for (const auto status : {BodyStatus::truncated, BodyStatus::malformed}) {
        FakeUpstream broken;
        broken.body.add("half");
        broken.body.add(status);
        std::swap(broken.body, endpoint.body);
        client.sent.clear();
        complete.reset();
        start();
        EXPECT_EQ(complete, false);
        EXPECT_EQ(client.sent, "half");
        EXPECT_FALSE(client.ended);
    }
    EXPECT_EQ(reads, 0);
}

// An endpoint that stops reading and closes: what it sent until then may be half of it.
TEST_F(ReadAheadTest, TheEndOfAConnectionProvesNothingOnceTheUploadBroke) {
    exchange.response.framing = Framing::until_close;
    upload.broken = true;
    endpoint.body.add("half");
    endpoint.body.add(BodyStatus::end);
    start();
    EXPECT_EQ(complete, false);
    EXPECT_FALSE(client.ended);
}

TEST_F(ReadAheadTest, AnEndpointThatFallsSilentIsGivenUp) {
    endpoint.body.add("half");
    start();
    ASSERT_TRUE(endpoint.waited_for());
    endpoint.wake(io::Wake::timeout);
    EXPECT_TRUE(complete == false && client.sent == "half" && !client.ended);
}

TEST_F(ReadAheadTest, AFailedUploadEndsIt) {
    upload.failure = Failure::client_gone;
    endpoint.body.add("half");
    start();
    EXPECT_EQ(complete, false);
}

TEST_F(ReadAheadTest, NothingIsReadForAClientThatIsGone) {
    client.answer.status = io::IoStatus::error;
    endpoint.body.add("half");
    start();
    EXPECT_EQ(complete, false);
    EXPECT_FALSE(endpoint.waited_for()) << "and nobody waits for the endpoint any more";
}

TEST_F(ReadAheadTest, AClientThatGoesWhileTheLimitsAreReachedEndsIt) {
    client.takes.close();
    for (int i = 0; i < 30; ++i) endpoint.body.add(std::string(100'000, 'a'), i == 29);
    start(0, 0);
    client.answer.status = io::IoStatus::error;
    client.takes.open();
    EXPECT_EQ(complete, false);
    EXPECT_LT(endpoint.body.taken(), 30U);
}

}  // namespace
}  // namespace fairway::proxy::test
