// The parts of an HTTP/2 session that need no connection: output, scanner, limits, closed streams.
#include <gtest/gtest.h>

#include "proxy/http2/abuse_limits.hpp"
#include "proxy/http2/closed_streams.hpp"
#include "proxy/http2/frame_output.hpp"
#include "proxy/http2/frame_scanner.hpp"

namespace fairway::proxy::http2 {
namespace {

using namespace std::chrono_literals;

std::string text(const FrameOutput& output) {
    std::array<iovec, 16> pieces;
    std::string all;
    for (const iovec& piece : output.front(pieces)) all.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    return all;
}

TEST(FrameOutput, KeepsTheOrderOfCopiesAndPieces) {
    FrameOutput output;
    output.append("head1 ");
    output.append_in_place("body1 ");
    output.append("head2 ");
    output.append("head3 ");
    output.append_in_place("body2");
    EXPECT_EQ(text(output), "head1 body1 head2 head3 body2");
    EXPECT_EQ(output.pending(), 29u);
}

TEST(FrameOutput, GoesOnInTheMiddleOfAPiece) {
    FrameOutput output;
    output.append("abc");
    output.append_in_place("defgh");
    output.advance(2);
    EXPECT_EQ(text(output), "cdefgh");
    output.advance(3);
    EXPECT_EQ(text(output), "fgh");
    output.append("ij");
    output.advance(3);
    EXPECT_EQ(text(output), "ij");
    output.advance(2);
    EXPECT_TRUE(output.empty());
    EXPECT_EQ(output.sent(), output.queued());
}

TEST(FrameOutput, CopiesWhatItsOwnerCannotKeep) {
    FrameOutput output;
    std::string body = "body";
    output.append("1");
    output.append_in_place(body);
    output.append("2");
    output.advance(2);
    output.copy_in_place();
    body = "gone";
    output.append("3");
    EXPECT_EQ(text(output), "ody23");
}

std::string frame(std::uint8_t type, std::uint32_t stream, const std::string& payload) {
    std::string header{'\0',
                       static_cast<char>(payload.size() >> 8),
                       static_cast<char>(payload.size()),
                       static_cast<char>(type),
                       '\0',
                       '\0',
                       '\0',
                       static_cast<char>(stream >> 8),
                       static_cast<char>(stream)};
    return header + payload;
}

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

TEST(FrameScanner, FindsDataHoweverTheBytesArrive) {
    const std::string before = kPreface + frame(4, 0, "") + frame(1, 3, "headers");
    const std::string input = before + frame(0, 3, "data") + frame(8, 3, "1234") + frame(0, 258, "");
    for (std::size_t step = 1; step <= input.size(); ++step) {
        FrameScanner scanner;
        std::vector<std::pair<std::size_t, std::int32_t>> found;
        for (std::size_t at = 0; at < input.size();) {
            const auto result = scanner.scan(std::string_view(input).substr(at, step));
            ASSERT_GT(result.bytes, 0u);
            at += result.bytes;
            if (result.data_stream != 0) found.emplace_back(at, result.data_stream);
        }
        ASSERT_EQ(found.size(), 2u) << step;
        EXPECT_EQ(found[0], std::pair(before.size() + 9, 3)) << step;
        EXPECT_EQ(found[1], std::pair(input.size(), 258)) << step;
    }
}

TEST(AbuseLimits, BurstsPassAndFloodsDoNot) {
    AbuseLimits limits;
    io::TimePoint now = io::Clock::now();
    int allowed = 0;
    while (limits.allow(Nuisance::reset, now)) ++allowed;
    EXPECT_EQ(allowed, 300);
    now += 1s;  // brings back 30; the one too many was counted as well
    allowed = 0;
    while (limits.allow(Nuisance::reset, now)) ++allowed;
    EXPECT_EQ(allowed, 29);
}

TEST(AbuseLimits, SteadyUseIsNeverTooMuch) {
    AbuseLimits limits;
    io::TimePoint now = io::Clock::now();
    for (int i = 0; i < 100'000; ++i) {
        now += 40ms;
        ASSERT_TRUE(limits.allow(Nuisance::reset, now)) << i;
    }
}

TEST(AbuseLimits, WhatIsForgivenDoesNotCount) {
    AbuseLimits limits;
    const io::TimePoint now = io::Clock::now();
    for (int i = 0; i < 10'000; ++i) {
        limits.forgive(Nuisance::ping);
        ASSERT_TRUE(limits.allow(Nuisance::ping, now)) << i;
    }
    int allowed = 0;
    while (limits.allow(Nuisance::ping, now)) ++allowed;
    EXPECT_EQ(allowed, 59);  // forgiveness is not saved up
}

TEST(AbuseLimits, KindsAreCountedApart) {
    AbuseLimits limits;
    const io::TimePoint now = io::Clock::now();
    while (limits.allow(Nuisance::settings, now)) {
    }
    EXPECT_TRUE(limits.allow(Nuisance::ping, now));
}

TEST(ClosedStreams, RemembersTheFirstWhoClosed) {
    ClosedStreams closed;
    closed.add(1, ClosedStreams::By::us);
    closed.add(1, ClosedStreams::By::client);
    EXPECT_EQ(closed.find(1), ClosedStreams::By::us);
    EXPECT_FALSE(closed.find(3));
    for (std::int32_t id = 3; id < 100; id += 2) closed.add(id, ClosedStreams::By::client);
    EXPECT_FALSE(closed.find(1)) << "only the last few are kept";
    EXPECT_EQ(closed.find(99), ClosedStreams::By::client);
}

}  // namespace
}  // namespace fairway::proxy::http2
