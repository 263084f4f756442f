// The access log of a server: workers collect lines in sinks of their own and hand them over in batches; one thread
// writes them. No worker ever waits for the output.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proxy/access_log/log_format.hpp"
#include "proxy/access_log/log_writer.hpp"
#include "proxy/access_log/stream_format.hpp"
#include "proxy/access_log/time_texts.hpp"
#include "proxy/request_record.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// What lines are made by.
struct LogFormats {
    std::shared_ptr<const LogFormat> requests;       ///< never null
    std::shared_ptr<const StreamLogFormat> streams;  ///< never null
    bool streams_apart = false;  ///< the lines of streams have an output of their own: stream-access-log-path
};

/// Owned by the server; outlives the sinks of its workers. Control thread, unless a function says otherwise.
class AccessLog {
public:
    AccessLog();

    /// Takes over paths and formats of a snapshot's settings; costs some comparisons when they are as before. A format that
    /// cannot be compiled is refused with a warning, and the one before stays; unknown variables are named in a warning.
    void apply(const routing::AccessLogSettings& settings);
    /// What workers give to LogSink::use().
    LogFormats formats() const { return formats_; }

    /// LogWriter::reopen(). Any thread.
    void reopen();
    /// LogWriter::stop(): loses no line when the sinks are gone before.
    void stop();

private:
    friend class LogSink;

    void compile_requests(const std::string& text);
    void compile_streams(const std::string& text);

    std::string request_text_;
    std::string stream_text_;
    routing::LogEscape escape_ = routing::LogEscape::standard;
    LogFormats formats_;
    LogWriter writer_;
    LogWriter stream_writer_;  // opens nothing before its first line
};

/// One worker's end of the log. For one thread at a time; dies before its AccessLog.
class LogSink {
public:
    static constexpr std::chrono::milliseconds kMaxAge{50};  ///< a line waits so long for others

    /// Begins with the log's current format. Control thread.
    explicit LogSink(AccessLog& log);
    ~LogSink();  ///< hands over what is left
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;

    /// The formats of the lines to come.
    void use(LogFormats formats) { formats_ = std::move(formats); }
    const LogFormat& format() const noexcept { return *formats_.requests; }

    /// Adds the line of a request that ended now; ask is_logged() before. Allocates only while a buffer grows.
    void write(const RequestRecord& record);
    /// Adds the line of a session without HTTP.
    void write(const StreamRecord& record);
    /// Hands over lines that are old enough. Once in each turn of the worker's loop.
    /// @return true while lines wait: come back within kMaxAge.
    bool flush(std::chrono::steady_clock::time_point now);

    /// Lines of this worker that found no room, since it began.
    std::uint64_t dropped() const noexcept { return dropped_; }

private:
    /// Lines on their way to one output.
    struct Gathered {
        LogWriter& writer;
        LogBatch batch{};
        std::optional<std::chrono::steady_clock::time_point> oldest{};  // when flush() first met the lines
    };
    LogText& begin_line(Gathered& lines);
    void end_line(Gathered& lines);
    bool flush(Gathered& lines, std::chrono::steady_clock::time_point now);
    void hand_over(Gathered& lines);

    LogFormats formats_;
    Gathered lines_;
    Gathered stream_lines_;
    TimeTexts times_;
    std::uint64_t dropped_ = 0;
};

}  // namespace fairway::proxy
