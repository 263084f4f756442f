#include "proxy/http1/chunked.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy::http1 {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
    std::string body;
    State state = State::more;
    std::size_t consumed = 0;
    bool operator==(const Decoded&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Decoded& decoded) {
    return out << '"' << decoded.body << "\" state " << static_cast<int>(decoded.state) << " after "
               << decoded.consumed;
}

/// Feeds `input` in pieces of `piece` bytes.
Decoded decode(std::string_view input, std::size_t piece) {
    ChunkedDecoder decoder;
    Decoded result;
    std::size_t shown = 0;
    while (result.state == State::more || result.state == State::data) {
        if (result.consumed == shown) {
            if (shown == input.size()) break;
            shown = std::min(input.size(), shown + piece);
        }
        const auto step = decoder.next(input.substr(result.consumed, shown - result.consumed));
        result.state = step.state;
        result.consumed += step.consumed;
        result.body += step.data;
        EXPECT_LE(result.consumed, shown);
        EXPECT_TRUE(step.state != State::more || result.consumed == shown);
    }
    return result;
}

TEST(ChunkedDecoder, GivesTheBodyAndStopsAtTheTrailers) {
    const struct {
        std::string input, body;
        std::size_t consumed;
    } cases[] = {
        {"0\r\n\r\n", "", 3},
        {"5\r\nhello\r\n0\r\n\r\n", "hello", 13},
        {"1\r\na\r\n2\r\nbc\r\n0\r\nT: 1\r\n\r\n", "abc", 16},
        {"A\r\n0123456789\r\n00\r\n", "0123456789", 19},
        {"a;name=value\r\n0123456789\r\n0;last\r\n", "0123456789", 34},
        {"5;a=\"q; r\"\r\nhello\r\n0\r\n", "hello", 22},
        {"000000000000005\r\nhello\r\n0\r\n", "hello", 27},
        {"2\r\n\r\n\r\n0\r\n", "\r\n", 10},
    };
    for (const auto& c : cases)
        for (const std::size_t piece : {1, 2, 3, 1000})
            EXPECT_EQ(decode(c.input, piece), (Decoded{c.body, State::trailers, c.consumed})) << c.input;
}

TEST(ChunkedDecoder, RefusesWhatAnotherParserCouldReadDifferently) {
    const std::string long_extension(ChunkedDecoder::kMaxExtensionBytes + 1, 'x');
    const std::string cases[] = {
        "\r\n",
        ";ext\r\nhello\r\n",
        " 5\r\nhello\r\n",
        "5 \r\nhello\r\n",
        "5\t\r\nhello\r\n",
        "0x5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "-5\r\nhello\r\n",
        "5\nhello\r\n",
        "5\rhello\r\n",
        "5\r\nhelloX\r\n",
        "5\r\nhello\n0\r\n",
        "5\r\nhello\rX",
        "5\r\nhello0\r\n\r\n",
        "g\r\n",
        "1000000000000000\r\n",
        "ffffffffffffffffffffffff0\r\n",
        "0000000000000005\r\n",
        "5;a\nb\r\nhello\r\n",
        "5;a\x01\r\nhello\r\n",
        "5;" + long_extension + "\r\nhello\r\n",
        std::string("5;\0\r\n", 5),
    };
    for (const auto& input : cases)
        for (const std::size_t piece : {1, 3, 100000}) EXPECT_EQ(decode(input, piece).state, State::error) << input;
}

TEST(ChunkedDecoder, StaysInErrorAndAtTheEnd) {
    ChunkedDecoder broken;
    EXPECT_EQ(broken.next("x").state, State::error);
    EXPECT_EQ(broken.next("5\r\n").state, State::error);
    EXPECT_EQ(broken.next("").state, State::error);

    ChunkedDecoder ended;
    EXPECT_EQ(ended.next("0\r\n").state, State::trailers);
    const auto step = ended.next("5\r\nhello");
    EXPECT_EQ(step.state, State::trailers);
    EXPECT_EQ(step.consumed, 0U);
}

TEST(ChunkHead, IsWhatTheDecoderReads) {
    std::array<char, 20> space;
    EXPECT_EQ(chunk_head(0, space), "0\r\n");
    EXPECT_EQ(chunk_head(500, space), "1f4\r\n");
    EXPECT_EQ(chunk_head(~std::uint64_t{0}, space), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace fairway::proxy::http1
