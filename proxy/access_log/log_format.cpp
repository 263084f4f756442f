#include "proxy/access_log/log_format.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "proxy/access_log/format_text.hpp"
#include "proxy/access_log/variable_text.hpp"

namespace fairway::proxy {

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "-";
}

char unescaped(char c) noexcept {
    switch (c) {
        case '"':
        case '\'':
        case '\\': return c;
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return '\0';
    }
}

Result<LogFormat> LogFormat::compile(std::string_view text, routing::LogEscape escape) {
    if (text.empty()) text = kDefaultLogFormat;
    LogFormat format(escape);
    const auto read = read_format_text(
        text, [&](std::string_view literal) { format.tail_ += literal; },
        [&](std::string_view name) { format.add_variable(name); });
    if (!read) return Error{"log-format-upstream: " + read.error().message};
    format.tail_ += '\n';
    return format;
}

// What is the same in every line becomes part of the literals.
void LogFormat::add_variable(std::string_view name) {
    auto found = routing::find_variable(name);
    if (!found) {
        const bool listed = std::find(unknown_.begin(), unknown_.end(), name) != unknown_.end();
        if (!listed) unknown_.emplace_back(name);
        found.emplace();
    }
    switch (found->variable) {
        case LogVariable::missing: tail_ += missing_text(escape_); return;
        case LogVariable::empty: return;
        case LogVariable::pid: tail_ += std::to_string(getpid()); return;
        case LogVariable::hostname: tail_ += host_name(); return;
        case LogVariable::response_field: needs_response_fields_ = true; break;
        default: break;
    }
    segments_.push_back({std::exchange(tail_, {}), log_variable(*std::move(found))});
}

void LogFormat::append_line(LogText& out, const RequestRecord& record, const TimeTexts& times) const {
    const VariableWriter writer{out, record, times, escape_};
    for (const Segment& segment : segments_) {
        out.append(segment.literal);
        writer.append(segment.name);
    }
    out.append(tail_);
}

}  // namespace fairway::proxy
