#include "proxy/body_spool.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proxy/fake_downstream.hpp"
#include "proxy/temporary_files.hpp"

namespace fairway::proxy::test {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kPlenty = 1ULL << 30;

/// Bytes of which no two stretches are the same.
std::string pattern(std::uint64_t size, char seed = 'a') {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>(seed + static_cast<char>((i * 7 + i / 251 + i / 65'521) % 64));
    return text;
}

bool append(BodySpool& spool, std::string text) {
    const std::size_t half = text.size() / 3;
    const iovec pieces[] = {{text.data(), half}, {text.data() + half, text.size() - half}};
    return spool.append(pieces);
}

std::string all_from(BodySpool& spool, std::uint64_t position) {
    BodySpool::Reader reader;
    std::string text;
    for (;;) {
        const auto pieces = spool.read(position + text.size(), reader);
        if (pieces.empty()) return text;
        text += text_of(pieces);
    }
}

class BodySpoolTest : public testing::Test {
protected:
    BodySpoolTest() : folder(testing::TempDir() + "fairway-spool-" + std::to_string(::getpid())) {
        std::filesystem::create_directories(folder);
    }
    ~BodySpoolTest() override { std::filesystem::remove_all(folder); }

    std::string folder;
    TemporaryFiles files{folder};
    io::BufferPool buffers;
};

TEST_F(BodySpoolTest, IsEmptyAtFirst) {
    BodySpool spool(buffers, {kMiB, kPlenty});
    EXPECT_EQ(spool.size(), 0U);
    EXPECT_EQ(all_from(spool, 0), "");
}

TEST_F(BodySpoolTest, GivesWhatItTookFromAnyPosition) {
    BodySpool spool(buffers, {0, kPlenty});
    std::string body;
    // 1 MiB may stay in memory, the rest goes to the file.
    for (const std::size_t size : {1UL, 16'383UL, 300'000UL, 700'000UL, 65'536UL, 1'000'000UL, 5UL}) {
        const auto part = pattern(size, static_cast<char>('A' + static_cast<char>(body.size() % 32)));
        ASSERT_TRUE(append(spool, part));
        body += part;
    }
    EXPECT_EQ(spool.size(), body.size());
    EXPECT_EQ(all_from(spool, 0), body);
    for (const std::size_t position :
         {1UL, 16'384UL, 400'000UL, 1'016'384UL, 1'016'385UL, 1'100'000UL, body.size() - 1})
        EXPECT_TRUE(all_from(spool, position) == body.substr(position)) << position;
    EXPECT_EQ(all_from(spool, body.size()), "");
    EXPECT_EQ(all_from(spool, body.size() + 1), "");
}

TEST_F(BodySpoolTest, ReadersDoNotDisturbEachOther) {
    BodySpool spool(buffers, {0, kPlenty});
    const auto body = pattern(3 * kMiB);
    ASSERT_TRUE(append(spool, body.substr(0, kMiB)) && append(spool, body.substr(kMiB)));
    BodySpool::Reader first, second;
    const auto one = spool.read(kMiB, first);
    const auto other = spool.read(2 * kMiB, second);
    EXPECT_EQ(text_of(one), body.substr(kMiB, text_of(one).size()));
    EXPECT_EQ(text_of(other), body.substr(2 * kMiB, text_of(other).size()));
}

TEST_F(BodySpoolTest, StaysInMemoryUpToItsLimit) {
    TemporaryFiles none(kNoSuchFolder);
    BodySpool spool(buffers, {3 * kMiB, kPlenty});
    EXPECT_TRUE(append(spool, pattern(3 * kMiB)));
    EXPECT_FALSE(append(spool, "x")) << "the next byte needs a file";
    EXPECT_EQ(all_from(spool, 0), pattern(3 * kMiB));
}

TEST_F(BodySpoolTest, ItsFileHasNoName) {
    BodySpool spool(buffers, {0, kPlenty});
    ASSERT_TRUE(append(spool, pattern(2 * kMiB)));
    EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(BodySpoolTest, TakesAllOrNothingAtTheLimitOfItsFile) {
    BodySpool spool(buffers, {0, 2 * kMiB});
    const auto kept = pattern(kMiB);
    ASSERT_TRUE(append(spool, kept));
    EXPECT_FALSE(append(spool, pattern(2 * kMiB + 1)));
    EXPECT_EQ(spool.size(), kMiB);
    EXPECT_EQ(all_from(spool, 0), kept);
    EXPECT_TRUE(append(spool, pattern(2 * kMiB, 'B'))) << "what fits is taken";
    EXPECT_FALSE(append(spool, "x"));
    EXPECT_EQ(all_from(spool, 0), kept + pattern(2 * kMiB, 'B'));
}

TEST_F(BodySpoolTest, SmallPiecesDoNotGoBackToMemoryOnceThereIsAFile) {
    BodySpool spool(buffers, {0, kPlenty});
    ASSERT_TRUE(append(spool, "head"));
    ASSERT_TRUE(append(spool, pattern(2 * kMiB)));
    ASSERT_TRUE(append(spool, "tail"));
    EXPECT_EQ(all_from(spool, 0), "head" + pattern(2 * kMiB) + "tail");
}

TEST_F(BodySpoolTest, AFullDiskTakesNothingAndHarmsNothing) {
    BodySpool spool(buffers, {0, kPlenty});
    const auto first = pattern(2 * kMiB, 'A');
    const auto third = pattern(2 * kMiB, 'C');
    ASSERT_TRUE(append(spool, first));
    {
        FullDisk disk(3 * kMiB);  // the write is short, then fails
        EXPECT_FALSE(append(spool, pattern(2 * kMiB, 'B')));
        EXPECT_EQ(spool.size(), first.size());
        EXPECT_EQ(all_from(spool, 0), first);
    }
    EXPECT_TRUE(append(spool, third));
    EXPECT_EQ(all_from(spool, 0), first + third);
}

TEST_F(BodySpoolTest, AFileThatHasLostItsBytesGivesNothing) {
    BodySpool spool(buffers, {0, kPlenty});
    ASSERT_TRUE(append(spool, pattern(2 * kMiB)));
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (!target.starts_with(folder)) continue;
        ASSERT_EQ(::truncate(entry.path().c_str(), 0), 0);
    }
    EXPECT_EQ(all_from(spool, 0), "");
    EXPECT_EQ(spool.size(), 2 * kMiB);
}

TEST_F(BodySpoolTest, StartsAnewAfterClear) {
    BodySpool spool(buffers, {0, 2 * kMiB});
    ASSERT_TRUE(append(spool, pattern(kMiB)) && append(spool, pattern(2 * kMiB)));
    spool.clear();
    EXPECT_EQ(spool.size(), 0U);
    EXPECT_EQ(all_from(spool, 0), "");
    EXPECT_TRUE(append(spool, pattern(kMiB, 'B')) && append(spool, pattern(2 * kMiB, 'C')));
    EXPECT_EQ(all_from(spool, 0), pattern(kMiB, 'B') + pattern(2 * kMiB, 'C'));
}

// Each body may have 1 MiB for nothing, but all of a worker no more than 64 MiB together.
TEST_F(BodySpoolTest, ManyBodiesShareTheFreeMemory) {
    TemporaryFiles none(kNoSuchFolder);
    std::vector<std::unique_ptr<BodySpool>> spools;
    const auto body = pattern(kMiB - 1);
    do spools.push_back(std::make_unique<BodySpool>(buffers, BodySpool::Limits{0, kPlenty}));
    while (append(*spools.back(), body) && spools.size() < 100);
    EXPECT_GT(spools.size(), 40U);
    EXPECT_LE(spools.size(), BodySpool::kFreeMemory / kMiB + 1);
    BodySpool entitled(buffers, {kMiB, kPlenty});
    EXPECT_TRUE(append(entitled, body)) << "what a setting gives is given all the same";
    spools.front().reset();
    EXPECT_FALSE(append(*spools.back(), body)) << "taken by the one that was entitled";
    entitled.clear();
    EXPECT_TRUE(append(*spools.back(), body));
}

}  // namespace
}  // namespace fairway::proxy::test
