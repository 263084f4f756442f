#include "proxy/access_log/access_log.hpp"

#include <fmt/ranges.h>

#include <array>

#include "base/log.hpp"

namespace fairway::proxy {

namespace {

constexpr std::size_t kLineRoom = 4096;  // a batch with less room than a long line takes is full

}  // namespace

AccessLog::AccessLog()
    : format_(std::make_shared<const LogFormat>(LogFormat::compile(kDefaultLogFormat, escape_).value())) {}

void AccessLog::apply(const routing::AccessLogSettings& settings) {
    writer_.set_path(settings.path);
    if (settings.format == format_text_ && settings.escape == escape_) return;
    format_text_ = settings.format;
    escape_ = settings.escape;
    auto compiled = LogFormat::compile(settings.format, settings.escape);
    if (!compiled) {
        log::warn("access_log.format_refused", {{"problem", compiled.error().message}, {"kept", "the format before"}});
        return;
    }
    format_ = std::make_shared<const LogFormat>(std::move(*compiled));
    const auto& unknown = format_->unknown_variables();
    if (!unknown.empty())
        log::warn("access_log.unknown_variables",
                  {{"variables", fmt::format("${}", fmt::join(unknown, " $"))}, {"kept", "written as missing values"}});
}

LogSink::LogSink(AccessLog& log) : writer_(log.writer_), format_(log.format_) {}

LogSink::~LogSink() { hand_over(); }

void LogSink::begin_line() {
    times_.set(std::chrono::system_clock::now());
    batch_.text.reserve(batch_.text.empty() ? LogWriter::kBatchBytes : 0);
}

void LogSink::end_line() {
    ++batch_.lines;
    if (batch_.text.size() + kLineRoom > LogWriter::kBatchBytes) hand_over();
}

void LogSink::write(const RequestRecord& record) {
    begin_line();
    format_->append_line(batch_.text, record, times_);
    end_line();
}

void LogSink::write(const StreamRecord& record) {
    begin_line();
    const auto took = static_cast<std::uint64_t>(record.took.count());
    std::array<char, 192> line;
    const auto end = fmt::format_to_n(line.data(), line.size(), "[{}] [{}] {} {} {} {} {}.{:03}\n",
                                      record.client.to_string(), times_.local(), record.protocol, record.status,
                                      record.bytes_sent, record.bytes_received, took / 1000, took % 1000);
    batch_.text.append({line.data(), static_cast<std::size_t>(end.out - line.data())});
    end_line();
}

bool LogSink::flush(std::chrono::steady_clock::time_point now) {
    if (batch_.lines == 0) return false;
    if (!oldest_) oldest_ = now;
    if (now - *oldest_ < kMaxAge) return true;
    hand_over();
    return false;
}

void LogSink::hand_over() {
    oldest_.reset();
    const std::uint64_t lines = batch_.lines;
    if (lines > 0 && !writer_.submit(batch_)) dropped_ += lines;
}

}  // namespace fairway::proxy
