#include "proxy/access_log/log_writer.hpp"

#include <signal.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.hpp"

namespace fairway::proxy {

namespace {

constexpr std::size_t kSpareBatches = 4;
constexpr std::size_t kLargestSpare = 4 * LogWriter::kBatchBytes;  // memory that huge lines needed is not kept
constexpr std::chrono::milliseconds kLookRound{100};               // how often a blocked write looks for orders

// Signals are for the main thread; SIGPIPE stays blocked, so that a pipe whose reader has gone is an error like others.
std::thread start_without_signals(auto body) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(body);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

// Where the line begins that holds the byte at `offset`.
std::size_t line_start(std::string_view text, std::size_t offset) {
    if (offset == 0) return 0;
    const auto before = text.rfind('\n', offset - 1);
    return before == std::string_view::npos ? 0 : before + 1;
}

}  // namespace

LogWriter::LogWriter() : thread_(start_without_signals([this] { run(); })) {}

LogWriter::~LogWriter() { stop(); }

void LogWriter::set_path(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (path_ == path) return;
    path_ = path;
    open_wanted_ = true;
    wake_.notify_one();
}

void LogWriter::reopen() {
    const std::lock_guard lock(mutex_);
    open_wanted_ = true;
    wake_.notify_one();
}

bool LogWriter::submit(LogBatch& batch) {
    const std::lock_guard lock(mutex_);
    if (stop_by_ || waiting_bytes_ + batch.text.size() > kMaxWaitingBytes) {
        dropped_ += batch.lines;
        batch.text.clear();
        batch.lines = 0;
        return false;
    }
    waiting_bytes_ += batch.text.size();
    // Small batches share one buffer: otherwise a slow output and little traffic would pile up empty memory.
    if (!queue_.empty() && queue_.back().text.size() + batch.text.size() <= kBatchBytes) {
        queue_.back().text.append(batch.text.view());
        queue_.back().lines += batch.lines;
        batch.text.clear();
        batch.lines = 0;
        return true;
    }
    queue_.push_back(std::move(batch));
    batch = LogBatch{};
    if (!spare_.empty()) {
        batch = std::move(spare_.back());
        spare_.pop_back();
    }
    if (queue_.size() == 1) wake_.notify_one();
    return true;
}

void LogWriter::stop(std::chrono::milliseconds limit) {
    {
        const std::lock_guard lock(mutex_);
        if (!stop_by_) stop_by_ = Clock::now() + limit;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void LogWriter::run() {
    for (std::vector<LogBatch> batches;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return !queue_.empty() || open_wanted_ || stop_by_; });
            if (queue_.empty() && stop_by_) break;
            batches.swap(queue_);
        }
        // Nothing is opened before the first line, but a rotated file is let go at once.
        if (file_) follow_path();
        for (LogBatch& batch : batches) {
            write(batch);
            recycle(batch);
        }
        batches.clear();
        warn_dropped(false);
    }
    warn_dropped(true);
}

void LogWriter::write(const LogBatch& batch) {
    const std::string_view text = batch.text.view();
    std::size_t written = 0;
    while (written < text.size()) {
        // Whoever reads the new file finds whole lines in it.
        if (follow_path()) written = line_start(text, written);
        int error = 0;
        if (file_) {
            const auto progress = file_->write_some(text.substr(written), kLookRound);
            written += progress.bytes;
            error = progress.error;
            count_dropped(progress.dropped);
            if (error != 0) warn_failed("access_log.write_failed", std::strerror(error), next_write_warning_);
        }
        const bool failed = !file_ || error != 0;
        if (written < text.size() && out_of_time(failed)) break;
        if (failed) pause();
        warn_dropped(false);
    }
    const auto lost = std::count(text.begin() + static_cast<std::ptrdiff_t>(written), text.end(), '\n');
    count_dropped(static_cast<std::uint64_t>(lost));
}

void LogWriter::count_dropped(std::uint64_t lines) {
    if (lines == 0) return;
    const std::lock_guard lock(mutex_);
    dropped_ += lines;
}

bool LogWriter::follow_path() {
    std::string path;
    {
        const std::lock_guard lock(mutex_);
        const bool ordered = std::exchange(open_wanted_, false);
        if (!ordered && file_ && !open_failed_) return false;
        if (!ordered && Clock::now() < next_open_) return false;
        path = path_;
    }
    auto opened = LogFile::open(path);
    open_failed_ = !opened;
    if (!opened) {
        next_open_ = Clock::now() + kRetryInterval;
        warn_failed("access_log.open_failed", opened.error().message, next_open_warning_);
        return false;
    }
    file_ = std::move(*opened);
    return true;
}

void LogWriter::recycle(LogBatch& batch) {
    const std::lock_guard lock(mutex_);
    waiting_bytes_ -= batch.text.size();
    if (spare_.size() >= kSpareBatches || batch.text.capacity() > kLargestSpare) return;
    batch.text.clear();
    batch.lines = 0;
    spare_.push_back(std::move(batch));
}

// Until it is worth trying again, or there are new orders.
void LogWriter::pause() {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kRetryInterval, [this] { return open_wanted_ || stop_by_; });
}

bool LogWriter::out_of_time(bool failed) const {
    const std::lock_guard lock(mutex_);
    return stop_by_ && (failed || Clock::now() >= *stop_by_);
}

void LogWriter::warn_failed(std::string_view event, std::string_view problem, Clock::time_point& next_warning) {
    const auto now = Clock::now();
    if (now < next_warning) return;
    next_warning = now + kWarnInterval;
    std::string path;
    {
        const std::lock_guard lock(mutex_);
        path = path_;
    }
    const std::string_view kept = open_failed_ && file_ ? "the file before" : "lines wait for the next try";
    log::warn(event, {{"path", path}, {"problem", problem}, {"kept", kept}});
}

void LogWriter::warn_dropped(bool last) {
    std::uint64_t dropped = 0;
    {
        const std::lock_guard lock(mutex_);
        dropped = dropped_;
    }
    const auto now = Clock::now();
    if (dropped == dropped_told_ || (!last && now < next_drop_warning_)) return;
    next_drop_warning_ = now + kWarnInterval;
    log::warn("access_log.dropped",
              {{"lines", dropped - dropped_told_}, {"problem", "the output fails or is slower than the requests"}});
    dropped_told_ = dropped;
}

}  // namespace fairway::proxy
