#include "proxy/access_log/stream_format.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "proxy/access_log/format_text.hpp"
#include "proxy/access_log/variable_text.hpp"

namespace fairway::proxy {

namespace {

// nginx: seconds with milliseconds.
void append_time(LogText& out, std::chrono::milliseconds time) {
    const auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
    out.append_number(millis / 1000);
    const auto rest = static_cast<unsigned>(millis % 1000);
    const char digits[4] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                            static_cast<char>('0' + rest % 10)};
    out.append({digits, sizeof digits});
}

void append_or_dash(LogText& out, std::string_view text) { out.append(text.empty() ? "-" : text); }

}  // namespace

struct StreamLogFormat::Variable {
    std::string_view name;
    Write write;
};

// None of the values comes from a client as text, so none needs escaping.
const StreamLogFormat::Variable* StreamLogFormat::find(std::string_view name) {
    static constexpr Variable kVariables[] = {
        {"remote_addr",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append(r.client.ip.to_string()); }},
        {"remote_port",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.client.port); }},
        {"time_local", [](LogText& out, const StreamRecord&, const TimeTexts& times) { out.append(times.local()); }},
        {"time_iso8601",
         [](LogText& out, const StreamRecord&, const TimeTexts& times) { out.append(times.iso8601()); }},
        {"msec", [](LogText& out, const StreamRecord&, const TimeTexts& times) { out.append(times.msec()); }},
        {"protocol", [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append(r.protocol); }},
        {"status", [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.status); }},
        {"bytes_sent", [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.bytes_sent); }},
        {"bytes_received",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.bytes_received); }},
        // What one side sends the other gets.
        {"upstream_bytes_sent",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.bytes_received); }},
        {"upstream_bytes_received",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.bytes_sent); }},
        {"session_time", [](LogText& out, const StreamRecord& r, const TimeTexts&) { append_time(out, r.took); }},
        {"server_port",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { out.append_number(r.server_port); }},
        {"proxy_upstream_name",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { append_or_dash(out, r.upstream_name); }},
        {"upstream_addr",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) {
             append_or_dash(out, r.upstream ? r.upstream->to_string() : std::string());
         }},
        {"proxy_protocol_addr",
         [](LogText& out, const StreamRecord& r, const TimeTexts&) { append_or_dash(out, r.proxy_protocol_addr); }},
    };
    const std::string lower = ascii::lower_copy(name);
    const auto* found = std::find_if(std::begin(kVariables), std::end(kVariables),
                                     [&](const Variable& known) { return known.name == lower; });
    return found == std::end(kVariables) ? nullptr : found;
}

Result<StreamLogFormat> StreamLogFormat::compile(std::string_view text, routing::LogEscape escape) {
    if (text.empty()) text = kDefaultStreamFormat;
    StreamLogFormat format;
    const auto read = read_format_text(
        text, [&](std::string_view literal) { format.tail_ += literal; },
        [&](std::string_view name) { format.add_variable(name, escape); });
    if (!read) return Error{"log-format-stream: " + read.error().message};
    format.tail_ += '\n';
    return format;
}

void StreamLogFormat::add_variable(std::string_view name, routing::LogEscape escape) {
    if (const Variable* known = find(name)) {
        segments_.push_back({std::exchange(tail_, {}), known->write});
    } else if (name == "pid") {
        tail_ += std::to_string(getpid());
    } else if (name == "hostname") {
        tail_ += host_name();
    } else {
        if (std::find(unknown_.begin(), unknown_.end(), name) == unknown_.end()) unknown_.emplace_back(name);
        tail_ += missing_text(escape);
    }
}

void StreamLogFormat::append_line(LogText& out, const StreamRecord& record, const TimeTexts& times) const {
    for (const Segment& segment : segments_) {
        out.append(segment.literal);
        segment.write(out, record, times);
    }
    out.append(tail_);
}

}  // namespace fairway::proxy
