// The access log of a server: workers collect lines in sinks of their own and hand them over in batches; one thread
// writes them. No worker ever waits for the output.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ip_address.hpp"
#include "proxy/access_log/log_format.hpp"
#include "proxy/access_log/log_writer.hpp"
#include "proxy/access_log/time_texts.hpp"
#include "proxy/request_record.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// Owned by the server; outlives the sinks of its workers. Control thread, unless a function says otherwise.
class AccessLog {
public:
    AccessLog();

    /// Takes over path and format of a snapshot's settings; costs two comparisons when they are as before. A format that
    /// cannot be compiled is refused with a warning, and the one before stays; unknown variables are named in a warning.
    void apply(const routing::AccessLogSettings& settings);
    /// What workers give to LogSink::use(). Never null.
    std::shared_ptr<const LogFormat> format() const { return format_; }

    /// LogWriter::reopen(). Any thread.
    void reopen() { writer_.reopen(); }
    /// LogWriter::stop(): loses no line when the sinks are gone before.
    void stop() { writer_.stop(); }

private:
    friend class LogSink;

    std::string format_text_;
    routing::LogEscape escape_ = routing::LogEscape::standard;
    std::shared_ptr<const LogFormat> format_;
    LogWriter writer_;
};

/// A connection or UDP session through a service listener that is over.
struct StreamRecord {
    IpAddress client;
    std::string_view protocol;  ///< "TCP" or "UDP"
    std::uint16_t status = 200;
    std::uint64_t bytes_sent = 0;      ///< to the client
    std::uint64_t bytes_received = 0;  ///< from the client
    std::chrono::milliseconds took{0};
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

    /// The format of the lines to come; not null.
    void use(std::shared_ptr<const LogFormat> format) { format_ = std::move(format); }
    const LogFormat& format() const noexcept { return *format_; }

    /// Adds the line of a request that ended now; ask is_logged() before. Allocates only while a buffer grows.
    void write(const RequestRecord& record);
    /// As ingress-nginx's default of log-format-stream has it:
    /// [$remote_addr] [$time_local] $protocol $status $bytes_sent $bytes_received $session_time
    void write(const StreamRecord& record);
    /// Hands over lines that are old enough. Once in each turn of the worker's loop.
    /// @return true while lines wait: come back within kMaxAge.
    bool flush(std::chrono::steady_clock::time_point now);

    /// Lines of this worker that found no room, since it began.
    std::uint64_t dropped() const noexcept { return dropped_; }

private:
    void begin_line();
    void end_line();
    void hand_over();

    LogWriter& writer_;
    std::shared_ptr<const LogFormat> format_;
    LogBatch batch_;
    std::optional<std::chrono::steady_clock::time_point> oldest_;  // when flush() first met the lines
    TimeTexts times_;
    std::uint64_t dropped_ = 0;
};

}  // namespace fairway::proxy
