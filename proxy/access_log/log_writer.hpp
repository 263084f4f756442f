// The thread that writes the access log, and the bounded queue in front of it. However slow the output is, nobody waits
// for it but this thread: lines that find no room are dropped and counted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proxy/access_log/log_file.hpp"
#include "proxy/access_log/log_text.hpp"

namespace fairway::proxy {

/// Whole lines on their way to the output.
struct LogBatch {
    LogText text;
    std::uint64_t lines = 0;
};

/// All functions are for any thread. The output is opened for the first line.
class LogWriter {
public:
    static constexpr std::size_t kBatchBytes = 64 * 1024;             ///< usual size of a full batch
    static constexpr std::size_t kMaxWaitingBytes = 8 * 1024 * 1024;  ///< beyond it lines are dropped
    static constexpr std::chrono::seconds kRetryInterval{1};          ///< after a failed write or open
    static constexpr std::chrono::seconds kWarnInterval{10};          ///< between two warnings of one kind

    LogWriter();
    ~LogWriter();  ///< stop()
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    /// The output from the next write on; see LogFile::open(). While it cannot be opened, lines go to the one before.
    void set_path(const std::string& path);
    /// Opens the output by its name again: a log rotation has renamed the file. Returns at once.
    void reopen();

    /// Takes the lines and leaves an empty batch. Never blocks for longer than a copy of kBatchBytes takes.
    /// @return false: no room, or stopped; the lines are gone.
    bool submit(LogBatch& batch);

    /// Writes what was submitted, then ends the thread. An output that is blocked gets until `limit` from now, one that
    /// fails no second chance; what is left is counted in a warning. Idempotent.
    void stop(std::chrono::milliseconds limit = std::chrono::seconds(5));

private:
    using Clock = std::chrono::steady_clock;

    // The thread's own functions:
    void run();
    void write(const LogBatch& batch);
    void count_dropped(std::uint64_t lines);
    /// True when another file is open now.
    bool follow_path();
    void recycle(LogBatch& batch);
    void pause();
    bool out_of_time(bool failed) const;
    void warn_failed(std::string_view event, std::string_view problem, Clock::time_point& next_warning);
    void warn_dropped(bool last);

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    // Guarded by mutex_:
    std::vector<LogBatch> queue_;
    std::vector<LogBatch> spare_;    // empty, with memory
    std::size_t waiting_bytes_ = 0;  // in queue_ and in the thread's hands
    std::uint64_t dropped_ = 0;
    std::string path_ = "/dev/stdout";
    bool open_wanted_ = false;
    std::optional<Clock::time_point> stop_by_;

    // The thread's own:
    std::optional<LogFile> file_;
    bool open_failed_ = false;
    Clock::time_point next_open_{};
    Clock::time_point next_open_warning_{};
    Clock::time_point next_write_warning_{};
    Clock::time_point next_drop_warning_{};
    std::uint64_t dropped_told_ = 0;

    std::thread thread_;
};

}  // namespace fairway::proxy
