// The text of one variable of a log line, in nginx's form.
#pragma once

#include <chrono>
#include <string_view>

#include "proxy/access_log/log_text.hpp"
#include "proxy/access_log/time_texts.hpp"
#include "proxy/access_log/variables.hpp"
#include "proxy/request_record.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// How a value that does not exist is written: "-", but nothing with escape=json and escape=none (as nginx does).
constexpr std::string_view missing_text(routing::LogEscape escape) noexcept {
    return escape == routing::LogEscape::standard ? "-" : "";
}

class VariableWriter {
public:
    VariableWriter(LogText& out, const RequestRecord& record, const TimeTexts& times, routing::LogEscape escape)
        : out_(out), record_(record), times_(times), escape_(escape) {}

    void append(const LogVariableName& name) const;

private:
    // One function for each block of LogVariable.
    void append_of_connection(const LogVariableName& name) const;
    void append_of_client_certificate(LogVariable variable) const;
    void append_of_proxy_header(LogVariable variable) const;
    void append_of_request(const LogVariableName& name) const;
    void append_of_fields(const LogVariableName& name) const;
    void append_of_trace(LogVariable variable) const;
    void append_of_response(const LogVariableName& name) const;
    void append_of_route(LogVariable variable) const;
    void append_of_tries(LogVariable variable) const;

    /// Escaped; missing when the view has no data().
    void value(std::string_view text) const;
    /// As value(), but missing also when it is empty.
    void value_or_missing(std::string_view text) const;
    void missing() const;

    std::string_view client_ip() const noexcept;
    std::string_view server_name() const noexcept;
    void client_bytes() const;
    void user() const;
    void geo(std::string_view name) const;
    std::string_view path() const noexcept;
    std::string_view query() const noexcept;
    void normalised_path() const;
    void script_name() const;
    void escaped_target() const;
    void joined_fields(const FieldList& fields, const LogVariableName& name) const;
    void status() const;
    void upstream_status(const UpstreamTry& one) const;
    void try_seconds(std::chrono::duration<double> time) const;

    LogText& out_;
    const RequestRecord& record_;
    const TimeTexts& times_;
    routing::LogEscape escape_;
};

}  // namespace fairway::proxy
