// An access log format, compiled: ConfigMap keys log-format-upstream, log-format-escape-json, log-format-escape-none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "proxy/access_log/log_text.hpp"
#include "proxy/access_log/time_texts.hpp"
#include "proxy/access_log/variables.hpp"
#include "proxy/request_record.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// ingress-nginx's default of log-format-upstream.
inline constexpr std::string_view kDefaultLogFormat =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" "
    "\"$http_user_agent\" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] "
    "$upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id";

/// Immutable once compiled, so any number of threads may use it.
class LogFormat {
public:
    /// @param text  literals and variables, "$name" or "${name}". As in nginx's configuration, where the text stands in
    ///              single quotes, \" \' \\ \n \r \t mean the character. Empty: kDefaultLogFormat.
    /// Refuses a '$' that no name follows and "${" without "}".
    static Result<LogFormat> compile(std::string_view text, routing::LogEscape escape);

    /// Appends one line with its '\n'. All views in `record` must still be valid; of `response_fields` only when
    /// needs_response_fields(). Allocates only what `out` grows.
    void append_line(LogText& out, const RequestRecord& record, const TimeTexts& times) const;

    /// Names $upstream_http_* or $sent_http_*: the response head must be kept until the line is written.
    bool needs_response_fields() const noexcept { return needs_response_fields_; }
    /// Names without '$' that Fairway does not know, each once: they are written as missing values.
    const std::vector<std::string>& unknown_variables() const noexcept { return unknown_; }

private:
    struct Segment {
        std::string literal;  ///< before the variable
        LogVariableName name;
    };

    explicit LogFormat(routing::LogEscape escape) : escape_(escape) {}
    void add_variable(std::string_view name);

    routing::LogEscape escape_;
    std::vector<Segment> segments_;
    std::string tail_;  ///< literal after the last variable
    bool needs_response_fields_ = false;
    std::vector<std::string> unknown_;
};

}  // namespace fairway::proxy
