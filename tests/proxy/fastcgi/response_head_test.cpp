// Heads of CGI responses: what they become, and which are refused.
#include "proxy/fastcgi/response_head.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace fairway::proxy::fastcgi {
namespace {

using Progress = ResponseHeadReader::Progress;

struct Read {
    Progress progress = Progress::incomplete;
    std::size_t used = 0;
    bool good = false;
    ResponseHead head;
    io::Buffer buffer;  ///< that the head points into
};

io::BufferPool& pool() {
    static io::BufferPool only;
    return only;
}

Read read(std::string_view text, std::size_t piece = 1000000, Method method = Method::get,
          http1::HeadLimits limits = {}) {
    Read result;
    ResponseHeadReader reader(pool());
    reader.begin(limits);
    while (result.used < text.size() && result.progress == Progress::incomplete) {
        const auto taken = reader.take(text.substr(result.used, piece));
        result.progress = taken.progress;
        result.used += taken.bytes;
    }
    result.good = result.progress == Progress::complete && reader.parse(method, result.head);
    result.buffer = reader.keep();
    return result;
}

TEST(CgiHead, IsAnHttpHead) {
    for (const std::string_view end : {"\r\n", "\n"}) {
        for (const std::size_t piece : {1, 2, 3, 5, 1000}) {
            std::string text;
            for (const std::string_view line :
                 {"Status: 404 Not  here", "content-TYPE:text/plain", "X-A: 1", "X-A: 2", ""})
                text.append(line).append(end);
            const auto got = read(text + "body\n\n", piece);
            ASSERT_TRUE(got.good) << text << piece;
            EXPECT_EQ(got.used, text.size());
            EXPECT_EQ(got.head.status, 404);
            EXPECT_EQ(got.head.reason, "Not  here");
            EXPECT_EQ(got.head.framing, Framing::chunked) << "not announced";
            ASSERT_EQ(got.head.fields.size(), 3U) << "Status is none of them";
            EXPECT_EQ(got.head.fields[0].name, "content-TYPE");
            EXPECT_EQ(got.head.fields[0].value, "text/plain");
            EXPECT_EQ(got.head.fields[2].value, "2");
        }
    }
}

TEST(CgiHead, StatusIsWhatTheFieldsSay) {
    const auto status = [](std::string_view text) { return read(text).head.status; };
    EXPECT_EQ(status("Content-Type: a/b\n\n"), 200);
    EXPECT_EQ(status("\n"), 200) << "no fields at all";
    EXPECT_EQ(status("Location: /x\n\n"), 302);
    EXPECT_EQ(status("location: /x\nStatus: 201\n\n"), 201);
    EXPECT_EQ(status("STATUS:503\n\n"), 503);
    EXPECT_EQ(read("Status: 503\n\n").head.reason, "");
}

TEST(CgiHead, LengthOfTheBody) {
    const auto sized = read("Content-Length: 5\n\n");
    EXPECT_EQ(sized.head.framing, Framing::content_length);
    EXPECT_EQ(sized.head.content_length, 5U);
    EXPECT_EQ(read("Content-Length: 5\n\n", 1000, Method::head).head.framing, Framing::none);
    EXPECT_EQ(read("Status: 204\n\n").head.framing, Framing::none);
    EXPECT_EQ(read("Status: 304\nContent-Length: 5\n\n").head.framing, Framing::none);
    const auto chunked = read("Transfer-Encoding: chunked\n\n");
    EXPECT_EQ(chunked.head.framing, Framing::chunked);
    EXPECT_TRUE(chunked.head.fields[0].hop_by_hop) << "not for the client";
}

TEST(CgiHead, OfEveryOtherShapeIsRefused) {
    for (const std::string_view text : {"Status: 20\n\n",
                                        "Status: 2000\n\n",
                                        "Status: abc\n\n",
                                        "Status:\n\n",
                                        "Status: 200x\n\n",
                                        "Status: 100\n\n",
                                        "Status: 101 Switching Protocols\nUpgrade: x\nConnection: upgrade\n\n",
                                        "Status: 600\n\n",
                                        "Status: 200\nStatus: 200\n\n",
                                        "Status : 200\n\n",
                                        "HTTP/1.1 200 OK\n\n",
                                        "no colon\n\n",
                                        ": nameless\n\n",
                                        "X: a\rb\n\n",
                                        "X: a\r\r\n\r\n",
                                        "\r\r\n\n",
                                        "X: a\n folded\n\n",
                                        " X: a\n\n",
                                        "X Y: a\n\n",
                                        "Content-Length: x\n\n",
                                        "Content-Length: 1\nContent-Length: 2\n\n",
                                        "Content-Length: 1\nTransfer-Encoding: chunked\n\n",
                                        "Transfer-Encoding: gzip\n\n"}) {
        const auto got = read(text);
        EXPECT_FALSE(got.good) << text;
    }
    EXPECT_FALSE(read(std::string_view("X: a\0b\n\n", 8)).good);
}

TEST(CgiHead, LimitsHold) {
    http1::HeadLimits limits;
    limits.max_head_bytes = limits.max_line_bytes = 100;
    EXPECT_TRUE(read("X: " + std::string(70, 'a') + "\n\n", 7, Method::get, limits).good);
    const auto large = read("X: " + std::string(90, 'a') + "\n\n", 7, Method::get, limits);
    EXPECT_EQ(large.progress, Progress::too_large);
    std::string many;
    for (int i = 0; i < 201; ++i) many += "X: a\n";
    EXPECT_FALSE(read(many + "\n").good) << "as many fields as over HTTP/1";
    limits.max_head_bytes = limits.max_line_bytes = 100000;
    EXPECT_TRUE(read("X: " + std::string(60000, 'a') + "\n\n", 999, Method::get, limits).good)
        << "moves to a large buffer";
    limits.max_head_bytes = 10'000'000;
    EXPECT_EQ(read("X: " + std::string(300000, 'a'), 999, Method::get, limits).progress, Progress::too_large);
}

}  // namespace
}  // namespace fairway::proxy::fastcgi
