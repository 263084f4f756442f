#include "proxy/access_log/access_log.hpp"

#include <fmt/ranges.h>

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

void LogSink::write(const RequestRecord& record) {
    times_.set(std::chrono::system_clock::now());
    batch_.text.reserve(batch_.text.empty() ? LogWriter::kBatchBytes : 0);
    format_->append_line(batch_.text, record, times_);
    ++batch_.lines;
    if (batch_.text.size() + kLineRoom > LogWriter::kBatchBytes) hand_over();
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
