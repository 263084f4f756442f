#include "proxy/io/reactor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <thread>

#include "proxy/io/connection.hpp"

namespace fairway::proxy::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Two ends of a stream: one in the reactor, one for the test.
struct Pair {
    Pair() {
        int ends[2];
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
        ours = ends[0];
        theirs = ends[1];
    }
    ~Pair() { hang_up(); }
    void send(std::string_view text) const {
        EXPECT_EQ(write(theirs, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void hang_up() {
        if (theirs >= 0) close(std::exchange(theirs, -1));
    }
    int ours;
    int theirs;
};

struct Recorder final : Waiter {
    void wake(Wake why) override {
        reason = why;
        if (then) then();
    }
    std::optional<Wake> reason;
    std::function<void()> then;
};

class ReactorTest : public testing::Test {
protected:
    /// Turns the loop until `done`, at most five seconds. Once for a test: Reactor::stop() is for good.
    bool run_until(const std::function<bool()>& done) {
        const TimePoint deadline = Clock::now() + seconds(5);
        bool reached = false;
        reactor.run([&](TimePoint) {
            reached = done();
            if (reached || Clock::now() > deadline) reactor.stop();
            return milliseconds(1);
        });
        return reached;
    }

    Reactor reactor;
};

TEST_F(ReactorTest, WakesTheReaderWhenBytesCome) {
    Pair pair;
    Source source(reactor, pair.ours, true);
    Recorder reader;
    source.wait_readable(reader, seconds(60));
    pair.send("x");
    EXPECT_TRUE(run_until([&] { return reader.reason.has_value(); }));
    EXPECT_EQ(reader.reason, Wake::ready);
    EXPECT_TRUE(source.readable());
    EXPECT_FALSE(source.hangup().happened());
}

TEST_F(ReactorTest, TimeoutComesInTime) {
    Pair pair;
    Source source(reactor, pair.ours, true);
    Recorder reader;
    const TimePoint began = Clock::now();
    source.wait_readable(reader, milliseconds(100));
    EXPECT_TRUE(run_until([&] { return reader.reason.has_value(); }));
    EXPECT_EQ(reader.reason, Wake::timeout);
    EXPECT_GE(Clock::now() - began, milliseconds(95));
}

TEST_F(ReactorTest, CancelWakesEveryoneOnce) {
    Pair pair;
    Source source(reactor, pair.ours, false);
    Recorder reader, writer, watcher;
    source.wait_readable(reader, seconds(60));
    source.wait_writable(writer, seconds(60));
    source.hangup().watch(watcher);
    source.cancel();
    for (const Recorder* one : {&reader, &writer, &watcher}) EXPECT_EQ(one->reason, Wake::cancelled);
    reader.reason.reset();
    source.cancel();
    EXPECT_FALSE(reader.reason.has_value());
}

TEST_F(ReactorTest, PeerThatHangsUpWakesReaderAndWatcher) {
    Pair pair;
    Source source(reactor, pair.ours, true);
    Recorder reader, watcher;
    source.wait_readable(reader, seconds(60));
    source.hangup().watch(watcher);
    pair.hang_up();
    EXPECT_TRUE(run_until([&] { return watcher.reason.has_value(); }));
    EXPECT_EQ(reader.reason, Wake::ready) << "the end can be read";
    EXPECT_EQ(watcher.reason, Wake::hangup);
    source.mark_drained();
    EXPECT_TRUE(source.readable()) << "the end is still to be read";
}

TEST_F(ReactorTest, WaiterMayEndTheSourceThatWakesIt) {
    Pair pair;
    auto source = std::make_unique<Source>(reactor, pair.ours, false);
    Recorder reader, writer;
    reader.then = [&] { source.reset(); };
    source->wait_readable(reader, seconds(60));
    source->wait_writable(writer, seconds(60));
    pair.send("x");
    EXPECT_TRUE(run_until([&] { return reader.reason.has_value(); }));
    EXPECT_EQ(source, nullptr);
    EXPECT_FALSE(writer.reason.has_value()) << "it went with the source";
}

TEST_F(ReactorTest, WaiterMayEndAnotherSourceOfTheSameTurn) {
    Pair one_pair, other_pair;
    auto one = std::make_unique<Source>(reactor, one_pair.ours, true);
    auto other = std::make_unique<Source>(reactor, other_pair.ours, true);
    Recorder one_reader, other_reader;
    one_reader.then = [&] { other.reset(); };
    other_reader.then = [&] { one.reset(); };
    one->wait_readable(one_reader, seconds(60));
    other->wait_readable(other_reader, seconds(60));
    one_pair.send("x");
    other_pair.send("x");
    EXPECT_TRUE(run_until([&] { return one_reader.reason || other_reader.reason; }));
    EXPECT_NE(one_reader.reason.has_value(), other_reader.reason.has_value());
    EXPECT_NE(one == nullptr, other == nullptr);
}

TEST_F(ReactorTest, ReportsAgainWhatWasNotDrained) {
    Pair pair;
    Source source(reactor, pair.ours, true);
    int woken = 0;
    Recorder reader;
    reader.then = [&] {
        ++woken;
        source.report_again();
        source.wait_readable(reader, seconds(60));
    };
    source.wait_readable(reader, seconds(60));
    pair.send("x");
    EXPECT_TRUE(run_until([&] { return woken == 3; }));
}

TEST_F(ReactorTest, RunsWhatOtherThreadsPost) {
    int ran = 0;
    std::thread poster([&] {
        for (int i = 0; i < 1000; ++i) reactor.post([&] { ++ran; });
        reactor.post([&] { reactor.stop(); });
    });
    reactor.run([](TimePoint) { return milliseconds(1000); });
    poster.join();
    EXPECT_EQ(ran, 1000);
}

Task<void> read_all(Connection& connection, std::string& into, IoStatus& end, milliseconds timeout) {
    for (;;) {
        char buffer[4];
        const IoResult got = co_await connection.read_some(buffer, timeout);
        if (got.status != IoStatus::ok) {
            end = got.status;
            co_return;
        }
        into.append(buffer, got.bytes);
    }
}

TEST_F(ReactorTest, ConnectionReadsToTheEnd) {
    Pair pair;
    Connection connection(reactor, pair.ours, true);
    std::string got;
    IoStatus end = IoStatus::ok;
    auto reading = read_all(connection, got, end, seconds(60));
    reading.start();
    pair.send("more than a buffer");
    pair.hang_up();
    EXPECT_TRUE(run_until([&] { return reading.done(); }));
    EXPECT_EQ(got, "more than a buffer");
    EXPECT_EQ(end, IoStatus::end);
}

TEST_F(ReactorTest, ConnectionReadTimesOutAndIsCancelled) {
    Pair pair;
    Connection connection(reactor, pair.ours, true);
    std::string got;
    IoStatus end = IoStatus::ok;
    auto reading = read_all(connection, got, end, milliseconds(50));
    reading.start();
    EXPECT_TRUE(run_until([&] { return reading.done(); }));
    EXPECT_EQ(end, IoStatus::timeout);
    auto again = read_all(connection, got, end, seconds(60));
    again.start();
    connection.source().cancel();
    EXPECT_TRUE(again.done());
    EXPECT_EQ(end, IoStatus::cancelled);
}

Task<void> write_text(Connection& connection, const std::string& text, IoResult& result) {
    iovec pieces[3] = {
        {const_cast<char*>(text.data()), 10}, {nullptr, 0}, {const_cast<char*>(text.data()) + 10, text.size() - 10}};
    result = co_await connection.write_all(pieces, seconds(60));
}

TEST_F(ReactorTest, ConnectionWritesMoreThanTheSocketTakesAtOnce) {
    Pair pair;
    Connection connection(reactor, pair.ours, true);
    const std::string text(3'000'000, 'x');
    IoResult result{IoStatus::error, 0};
    auto writing = write_text(connection, text, result);
    writing.start();
    EXPECT_FALSE(writing.done());
    std::size_t got = 0;
    EXPECT_TRUE(run_until([&] {
        char buffer[65536];
        for (ssize_t n; (n = read(pair.theirs, buffer, sizeof buffer)) > 0;) got += static_cast<std::size_t>(n);
        return writing.done();
    }));
    EXPECT_EQ(result.status, IoStatus::ok);
    EXPECT_EQ(result.bytes, text.size());
}

}  // namespace
}  // namespace fairway::proxy::io
