#include "proxy/access_log/access_log.hpp"

#include <fmt/ranges.h>

#include <utility>

#include "base/log.hpp"

namespace fairway::proxy {

namespace {

constexpr std::size_t kLineRoom = 4096;  // a batch with less room than a long line takes is full

/// Null: refused, with a warning.
template <class Format>
std::shared_ptr<const Format> compiled(const std::string& text, routing::LogEscape escape) {
    auto format = Format::compile(text, escape);
    if (!format) {
        log::warn("access_log.format_refused", {{"problem", format.error().message}, {"kept", "the format before"}});
        return nullptr;
    }
    const auto& unknown = format->unknown_variables();
    if (!unknown.empty())
        log::warn("access_log.unknown_variables",
                  {{"variables", fmt::format("${}", fmt::join(unknown, " $"))}, {"kept", "written as missing values"}});
    return std::make_shared<const Format>(*std::move(format));
}

}  // namespace

AccessLog::AccessLog()
    : formats_{std::make_shared<const LogFormat>(LogFormat::compile({}, escape_).value()),
               std::make_shared<const StreamLogFormat>(StreamLogFormat::compile({}, escape_).value())} {}

void AccessLog::apply(const routing::AccessLogSettings& settings) {
    writer_.set_path(settings.path);
    const std::string& stream_path = settings.stream_path.empty() ? settings.path : settings.stream_path;
    formats_.streams_apart = stream_path != settings.path;
    if (formats_.streams_apart) stream_writer_.set_path(stream_path);
    const bool other_escape = std::exchange(escape_, settings.escape) != settings.escape;
    if (other_escape || settings.format != request_text_) compile_requests(settings.format);
    if (other_escape || settings.stream_format != stream_text_) compile_streams(settings.stream_format);
}

void AccessLog::compile_requests(const std::string& text) {
    request_text_ = text;
    if (auto format = compiled<LogFormat>(text, escape_)) formats_.requests = std::move(format);
}

void AccessLog::compile_streams(const std::string& text) {
    stream_text_ = text;
    if (auto format = compiled<StreamLogFormat>(text, escape_)) formats_.streams = std::move(format);
}

void AccessLog::reopen() {
    writer_.reopen();
    stream_writer_.reopen();
}

void AccessLog::stop() {
    writer_.stop();
    stream_writer_.stop();
}

LogSink::LogSink(AccessLog& log)
    : formats_(log.formats_), lines_{.writer = log.writer_}, stream_lines_{.writer = log.stream_writer_} {}

LogSink::~LogSink() {
    hand_over(lines_);
    hand_over(stream_lines_);
}

LogText& LogSink::begin_line(Gathered& lines) {
    times_.set(std::chrono::system_clock::now());
    LogText& text = lines.batch.text;
    text.reserve(text.empty() ? LogWriter::kBatchBytes : 0);
    return text;
}

void LogSink::end_line(Gathered& lines) {
    ++lines.batch.lines;
    if (lines.batch.text.size() + kLineRoom > LogWriter::kBatchBytes) hand_over(lines);
}

void LogSink::write(const RequestRecord& record) {
    LogText& text = begin_line(lines_);
    formats_.requests->append_line(text, record, times_);
    end_line(lines_);
}

void LogSink::write(const StreamRecord& record) {
    Gathered& lines = formats_.streams_apart ? stream_lines_ : lines_;
    LogText& text = begin_line(lines);
    formats_.streams->append_line(text, record, times_);
    end_line(lines);
}

bool LogSink::flush(std::chrono::steady_clock::time_point now) {
    const bool requests_wait = flush(lines_, now);
    return flush(stream_lines_, now) || requests_wait;
}

bool LogSink::flush(Gathered& lines, std::chrono::steady_clock::time_point now) {
    if (lines.batch.lines == 0) return false;
    if (!lines.oldest) lines.oldest = now;
    if (now - *lines.oldest < kMaxAge) return true;
    hand_over(lines);
    return false;
}

void LogSink::hand_over(Gathered& lines) {
    lines.oldest.reset();
    const std::uint64_t count = lines.batch.lines;
    if (count > 0 && !lines.writer.submit(lines.batch)) dropped_ += count;
}

}  // namespace fairway::proxy
