#include "proxy/filters/encoder.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <string>
#include <vector>

namespace fairway::proxy {
namespace {

using Coding = Encoder::Coding;
using Operation = Encoder::Operation;

/// What a client makes of it; `whole` says whether the stream has ended.
std::string gunzip(const std::string& text, bool& whole) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    std::string result;
    std::array<char, 4096> part{};
    int status = Z_OK;
    do {
        stream.next_out = reinterpret_cast<Bytef*>(part.data());
        stream.avail_out = part.size();
        status = inflate(&stream, Z_NO_FLUSH);
        result.append(part.data(), part.size() - stream.avail_out);
    } while (status == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
    whole = status == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return result;
}

std::string unbrotli(const std::string& text, bool& whole) {
    BrotliDecoderState* const state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
    const auto* in = reinterpret_cast<const std::uint8_t*>(text.data());
    std::size_t in_left = text.size();
    std::string result;
    std::array<char, 4096> part{};
    auto status = BROTLI_DECODER_RESULT_ERROR;
    do {
        auto* out = reinterpret_cast<std::uint8_t*>(part.data());
        std::size_t out_left = part.size();
        status = BrotliDecoderDecompressStream(state, &in_left, &in, &out_left, &out, nullptr);
        result.append(part.data(), part.size() - out_left);
    } while (status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
    whole = status == BROTLI_DECODER_RESULT_SUCCESS && in_left == 0;
    BrotliDecoderDestroyInstance(state);
    return result;
}

std::string unzstd(const std::string& text, bool& whole) {
    ZSTD_DCtx* const context = ZSTD_createDCtx();
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    std::string result;
    std::array<char, 4096> part{};
    std::size_t status = 1;
    ZSTD_outBuffer out{};
    do {
        out = {part.data(), part.size(), 0};
        status = ZSTD_decompressStream(context, &out, &in);
        EXPECT_FALSE(ZSTD_isError(status)) << ZSTD_getErrorName(status);
        result.append(part.data(), out.pos);
    } while (status != 0 && ZSTD_isError(status) == 0 && (in.pos < in.size || out.pos == out.size));
    whole = status == 0 && in.pos == in.size;
    ZSTD_freeDCtx(context);
    return result;
}

std::string decoded(Coding coding, const std::string& text, bool& whole) {
    if (coding == Coding::zstd) return unzstd(text, whole);
    return coding == Coding::gzip ? gunzip(text, whole) : unbrotli(text, whole);
}

/// Runs the operation to its end through an output of `room` bytes.
std::string run(Encoder& encoder, std::string_view input, Operation operation, std::size_t room = 4096) {
    std::string result;
    std::string output(room, '\0');
    for (;;) {
        const auto step = encoder.run(input, output, operation);
        EXPECT_LE(step.consumed, input.size());
        EXPECT_LE(step.produced, room);
        result.append(output, 0, step.produced);
        input.remove_prefix(step.consumed);
        if (!step.more) break;
    }
    EXPECT_TRUE(input.empty()) << "all of the input is taken before there is no more output";
    return result;
}

std::string prose(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += "line " + std::to_string(i * i) + " of a page; ";
    text.resize(size);
    return text;
}

class EncoderTest : public testing::TestWithParam<Coding> {
protected:
    static std::unique_ptr<Encoder> make(std::optional<std::uint64_t> length = std::nullopt) {
        return Encoder::make(GetParam(), 4, length);
    }
};

TEST_P(EncoderTest, GivesBackWhatItTookAndSmaller) {
    const auto text = prose(1'000'000);
    const auto encoder = make();
    std::string encoded;
    for (std::size_t at = 0; at < text.size(); at += 70'000)
        encoded += run(*encoder, std::string_view(text).substr(at, 70'000), Operation::go_on);
    encoded += run(*encoder, {}, Operation::finish);
    bool whole = false;
    EXPECT_TRUE(decoded(GetParam(), encoded, whole) == text);
    EXPECT_TRUE(whole);
    EXPECT_LT(encoded.size(), text.size() / 3);
}

TEST_P(EncoderTest, NeedsOneByteOfRoom) {
    const auto text = prose(20'000);
    const auto encoder = make();
    auto encoded = run(*encoder, text, Operation::go_on, 1);
    encoded += run(*encoder, {}, Operation::finish, 1);
    bool whole = false;
    EXPECT_TRUE(decoded(GetParam(), encoded, whole) == text && whole);
}

TEST_P(EncoderTest, AFlushBringsOutEverything) {
    const auto encoder = make();
    std::string encoded, text;
    for (int i = 0; i < 5; ++i) {
        const auto event = "data: " + std::to_string(i) + "\n\n";
        text += event;
        encoded += run(*encoder, event, Operation::flush, i % 2 == 0 ? 4096 : 7);
        bool whole = true;
        EXPECT_EQ(decoded(GetParam(), encoded, whole), text);
        EXPECT_FALSE(whole);
    }
    encoded += run(*encoder, {}, Operation::finish);
    bool whole = false;
    EXPECT_EQ(decoded(GetParam(), encoded, whole), text);
    EXPECT_TRUE(whole);
}

TEST_P(EncoderTest, AnEmptyBodyIsAStreamAsWell) {
    const auto encoded = run(*make(), {}, Operation::finish);
    bool whole = false;
    EXPECT_EQ(decoded(GetParam(), encoded, whole), "");
    EXPECT_TRUE(whole && !encoded.empty());
}

// The window follows the length; right below and above its steps, and when the length was a lie.
TEST_P(EncoderTest, AnyLengthFitsItsWindow) {
    for (const std::size_t size : {1UL, 249UL, 250UL, 251UL, 761UL, 762UL, 763UL, 32'505UL, 32'507UL, 600'000UL})
        for (const std::uint64_t announced : {std::uint64_t{size}, std::uint64_t{1}}) {
            const auto text = prose(size);
            const auto encoded = run(*make(announced), text, Operation::finish);
            bool whole = false;
            EXPECT_TRUE(decoded(GetParam(), encoded, whole) == text && whole) << size << " announced as " << announced;
        }
}

std::size_t how_many(Coding coding, std::optional<std::uint64_t> length) {
    std::vector<std::unique_ptr<Encoder>> all;
    while (auto encoder = Encoder::make(coding, 1, length)) {
        all.push_back(std::move(encoder));
        if (all.size() > 20'000) break;
    }
    return all.size();
}

TEST_P(EncoderTest, AWorkersMemoryIsLimitedAndSmallBodiesTakeLittle) {
    const auto usual = how_many(GetParam(), std::nullopt);
    EXPECT_GT(usual, 50U);
    EXPECT_LE(usual, 512U) << "of 256 KiB each, at least";
    EXPECT_EQ(how_many(GetParam(), std::nullopt), usual) << "what is given back can be had again";
    const auto small = how_many(GetParam(), 100);
    EXPECT_GT(small, usual + usual / 2);
    EXPECT_NE(make(), nullptr);
}

std::string name_of(const testing::TestParamInfo<Coding>& coding) {
    constexpr const char* kNames[] = {"gzip", "brotli", "zstd"};
    return kNames[static_cast<std::size_t>(coding.param)];
}

INSTANTIATE_TEST_SUITE_P(Codings, EncoderTest, testing::Values(Coding::gzip, Coding::brotli, Coding::zstd), name_of);

TEST(Encoder, EveryZstdLevelCompresses) {
    const auto text = prose(600'000);
    for (int level = 1; level <= Encoder::kHighestZstdLevel; ++level)
        for (const auto length : {std::optional<std::uint64_t>(600'000), std::optional<std::uint64_t>(5000)}) {
            const auto encoded = run(*Encoder::make(Coding::zstd, level, length), text, Operation::finish);
            bool whole = false;
            EXPECT_TRUE(unzstd(encoded, whole) == text && whole) << level;
        }
}

}  // namespace
}  // namespace fairway::proxy
