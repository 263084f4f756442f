#include "proxy/access_log/access_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "proxy/access_log_output.hpp"
#include "proxy/access_log_record.hpp"

namespace fairway::proxy {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class AccessLogTest : public testing::Test {
protected:
    void log_to(const std::string& path, const std::string& format = "$req_id") {
        settings.path = path;
        settings.format = format;
        log.apply(settings);
    }
    /// One line that reads `text`.
    void write(LogSink& sink, std::string_view text) {
        request.record.request_id = text;
        sink.write(request.record);
    }
    /// As a worker's loop does, much later.
    static void flush_all(LogSink& sink) {
        const auto now = Clock::now();
        sink.flush(now);
        EXPECT_FALSE(sink.flush(now + LogSink::kMaxAge));
    }

    TemporaryFolder folder;
    routing::AccessLogSettings settings;
    RecordedRequest request;
    AccessLog log;
};

TEST_F(AccessLogTest, WritesLinesInOrderAndLosesNoneAtTheEnd) {
    const auto path = folder.file("access.log");
    log_to(path);
    std::string expected;
    {
        LogSink sink(log);
        for (int i = 0; i < 20000; ++i) {
            write(sink, std::to_string(i));
            expected += std::to_string(i) + "\n";
        }
        EXPECT_EQ(sink.dropped(), 0U);
    }
    log.stop();
    EXPECT_EQ(content_of(path), expected);
}

TEST_F(AccessLogTest, HandsOverFullBatchesWithoutAFlush) {
    const auto path = folder.file("access.log");
    log_to(path);
    LogSink sink(log);
    const std::string line(1000, 'x');
    for (int i = 0; i < 70; ++i) write(sink, line);
    EXPECT_TRUE(eventually([&] { return !content_of(path).empty(); }));
}

TEST_F(AccessLogTest, FlushWaitsUntilLinesAreOldEnough) {
    const auto path = folder.file("access.log");
    log_to(path);
    LogSink sink(log);
    const auto now = Clock::now();
    EXPECT_FALSE(sink.flush(now));
    write(sink, "one");
    EXPECT_TRUE(sink.flush(now));
    write(sink, "two");
    EXPECT_TRUE(sink.flush(now + LogSink::kMaxAge - 1ms));
    EXPECT_FALSE(sink.flush(now + LogSink::kMaxAge));
    EXPECT_TRUE(eventually([&] { return content_of(path) == "one\ntwo\n"; }));
    write(sink, "three");
    EXPECT_TRUE(sink.flush(now + 10 * LogSink::kMaxAge)) << "the age counts anew";
}

TEST_F(AccessLogTest, AppendsToWhatIsThere) {
    const auto path = folder.file("access.log");
    std::ofstream(path) << "before\n";
    log_to(path);
    {
        LogSink sink(log);
        write(sink, "after");
    }
    log.stop();
    EXPECT_EQ(content_of(path), "before\nafter\n");
}

TEST_F(AccessLogTest, ReopenFollowsARotation) {
    const auto path = folder.file("access.log");
    log_to(path);
    LogSink sink(log);
    write(sink, "old");
    flush_all(sink);
    ASSERT_TRUE(eventually([&] { return content_of(path) == "old\n"; }));
    std::filesystem::rename(path, path + ".1");
    log.reopen();
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path); })) << "without waiting for a line";
    write(sink, "new");
    flush_all(sink);
    EXPECT_TRUE(eventually([&] { return content_of(path) == "new\n"; }));
    EXPECT_EQ(content_of(path + ".1"), "old\n");
}

TEST_F(AccessLogTest, FollowsAChangeOfPathAndFormat) {
    const auto first = folder.file("first.log");
    const auto second = folder.file("second.log");
    log_to(first);
    LogSink sink(log);
    write(sink, "one");
    flush_all(sink);
    ASSERT_TRUE(eventually([&] { return content_of(first) == "one\n"; }));
    log_to(second, "<$req_id>");
    sink.use(log.formats());
    write(sink, "two");
    flush_all(sink);
    EXPECT_TRUE(eventually([&] { return content_of(second) == "<two>\n"; }));
    EXPECT_EQ(content_of(first), "one\n");
}

TEST_F(AccessLogTest, KeepsTheFormatBeforeARefusedOne) {
    log_to(folder.file("access.log"), "<$req_id>");
    const auto good = log.formats().requests;
    log_to(folder.file("access.log"), "${broken");
    EXPECT_EQ(log.formats().requests, good);
}

TEST_F(AccessLogTest, SameSettingsCompileNothing) {
    log_to(folder.file("access.log"));
    const auto format = log.formats().requests;
    log.apply(settings);
    EXPECT_EQ(log.formats().requests, format);
}

TEST_F(AccessLogTest, LinesWaitForAnOutputThatCannotBeOpenedYet) {
    const auto path = folder.file("missing/access.log");
    log_to(path);
    LogSink sink(log);
    write(sink, "patient");
    flush_all(sink);
    std::filesystem::create_directory(folder.file("missing"));
    EXPECT_TRUE(eventually([&] { return content_of(path) == "patient\n"; }));
}

TEST_F(AccessLogTest, KeepsTheOldFileWhileTheNewOneCannotBeOpened) {
    const auto first = folder.file("first.log");
    log_to(first);
    LogSink sink(log);
    write(sink, "one");
    flush_all(sink);
    ASSERT_TRUE(eventually([&] { return content_of(first) == "one\n"; }));
    log_to(folder.file("missing/access.log"));
    write(sink, "two");
    flush_all(sink);
    EXPECT_TRUE(eventually([&] { return content_of(first) == "one\ntwo\n"; }));
}

TEST_F(AccessLogTest, LinesOfAFullDiskWaitForRoom) {
    log_to("/dev/full");
    LogSink sink(log);
    write(sink, "saved");
    flush_all(sink);
    const auto path = folder.file("access.log");
    log_to(path);
    EXPECT_TRUE(eventually([&] { return content_of(path) == "saved\n"; }));
}

TEST_F(AccessLogTest, AFailingOutputDoesNotHoldUpTheEnd) {
    log_to("/dev/full");
    {
        LogSink sink(log);
        write(sink, "lost");
    }
    const auto begin = Clock::now();
    log.stop();
    EXPECT_LT(Clock::now() - begin, 3s);
}

TEST_F(AccessLogTest, APipeThatNobodyReadsDropsAndCountsButNeverBlocks) {
    const auto path = folder.file("pipe");
    PipeReader reader(path);
    log_to(path);
    std::uint64_t dropped = 0;
    std::uint64_t written = 0;
    {
        LogSink sink(log);
        const std::string line = std::string(999, 'x');
        const auto begin = Clock::now();
        // Twice what may wait, with flushes of little in between.
        for (; written < 2 * LogWriter::kMaxWaitingBytes / 1000; ++written) {
            write(sink, line);
            if (written % 7 == 0) flush_all(sink);
        }
        EXPECT_LT(Clock::now() - begin, 5s);
        flush_all(sink);
        dropped = sink.dropped();
        EXPECT_GT(dropped, written / 3);
        EXPECT_LT(dropped, written * 2 / 3);
    }
    ASSERT_TRUE(eventually([&] {
        while (reader.read_some()) {
        }
        return reader.text().size() == (written - dropped) * 1000;
    })) << reader.text().size();
    EXPECT_EQ(std::count(reader.text().begin(), reader.text().end(), '\n'),
              static_cast<std::ptrdiff_t>(written - dropped));
    EXPECT_EQ(reader.text().find("\n\n"), std::string::npos);
}

TEST_F(AccessLogTest, LongLinesPassAPipeWhole) {
    const auto path = folder.file("pipe");
    PipeReader reader(path);
    log_to(path);
    LogSink sink(log);
    std::string expected;
    for (std::size_t size : {4095U, 4096U, 100000U, 1U, 5000U}) {
        const std::string line(size, 'y');
        write(sink, line);
        expected += line + "\n";
    }
    flush_all(sink);
    EXPECT_TRUE(eventually([&] {
        reader.read_some();
        return reader.text() == expected;
    }));
}

TEST_F(AccessLogTest, APipeWhoseReaderLeftIsAnErrorNotASignal) {
    const auto path = folder.file("pipe");
    PipeReader reader(path);
    log_to(path);
    LogSink sink(log);
    write(sink, "heard");
    flush_all(sink);
    ASSERT_TRUE(eventually([&] {
        reader.read_some();
        return reader.text() == "heard\n";
    }));
    reader.close();
    write(sink, "unheard");
    flush_all(sink);
    const auto file = folder.file("access.log");
    log_to(file);
    EXPECT_TRUE(eventually([&] { return content_of(file) == "unheard\n"; }));
}

TEST_F(AccessLogTest, WorkersWriteSideBySide) {
    constexpr int kWorkers = 4;
    constexpr int kLines = 3000;
    const auto path = folder.file("access.log");
    log_to(path);
    std::vector<std::thread> workers;
    for (int worker = 0; worker < kWorkers; ++worker)
        workers.emplace_back([this, worker] {
            RecordedRequest mine;
            LogSink sink(log);
            for (int i = 0; i < kLines; ++i) {
                const std::string text = std::to_string(worker) + ":" + std::to_string(i);
                mine.record.request_id = text;
                sink.write(mine.record);
                if (i % 100 == 0) flush_all(sink);
            }
        });
    for (int i = 0; i < 10; ++i) log.reopen();
    for (auto& worker : workers) worker.join();
    log.stop();

    std::map<std::string, int> next;  // of each worker: its lines stay in order
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        ASSERT_NE(colon, std::string::npos) << line;
        ASSERT_EQ(std::stoi(line.substr(colon + 1)), next[line.substr(0, colon)]++) << line;
    }
    ASSERT_EQ(next.size(), static_cast<std::size_t>(kWorkers));
    for (const auto& [worker, lines] : next) EXPECT_EQ(lines, kLines) << worker;
}

TEST(LogWriterTest, StopGivesABlockedOutputItsTimeAndNoMore) {
    TemporaryFolder folder;
    PipeReader reader(folder.file("pipe"));
    LogWriter writer;
    writer.set_path(folder.file("pipe"));
    LogBatch batch;
    for (; batch.lines < 1000; ++batch.lines) batch.text.append(std::string(999, 'x') + "\n");
    ASSERT_TRUE(writer.submit(batch));
    EXPECT_TRUE(batch.text.empty());
    const auto begin = Clock::now();
    writer.stop(200ms);
    EXPECT_GE(Clock::now() - begin, 200ms);
    EXPECT_LT(Clock::now() - begin, 3s);
    while (reader.read_some()) {
    }
    EXPECT_GT(reader.text().size(), 4096U);
    EXPECT_EQ(reader.text().size() % 1000, 0U) << "whole lines";
    EXPECT_FALSE(writer.submit(batch)) << "nothing is taken after the end";
}

}  // namespace
}  // namespace fairway::proxy
