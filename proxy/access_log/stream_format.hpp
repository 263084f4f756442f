// The format of the lines that TCP, UDP and passed-through TLS sessions have in the access log: ConfigMap key
// log-format-stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "proxy/access_log/log_text.hpp"
#include "proxy/access_log/time_texts.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// A session without HTTP that is over: through a service listener, or TLS that was passed through. Views live until the line
/// is written.
struct StreamRecord {
    SocketAddress client{};
    std::string_view protocol{};  ///< "TCP" or "UDP"
    std::uint16_t status = 200;
    std::uint64_t bytes_sent = 0;      ///< to the client
    std::uint64_t bytes_received = 0;  ///< from the client
    std::chrono::milliseconds took{0};
    std::uint16_t server_port = 0;            ///< of the listener
    std::string_view upstream_name{};         ///< of the backend
    std::optional<SocketAddress> upstream{};  ///< the endpoint; none: none could be reached
    std::string_view proxy_protocol_addr{};   ///< of a PROXY header
};

/// ingress-nginx's default.
inline constexpr std::string_view kDefaultStreamFormat =
    "[$remote_addr] [$time_local] $protocol $status $bytes_sent $bytes_received $session_time";

/// Immutable once compiled, so any number of threads may use it.
class StreamLogFormat {
public:
    /// As LogFormat::compile(), with the variables of nginx's stream module. Empty: kDefaultStreamFormat.
    static Result<StreamLogFormat> compile(std::string_view text, routing::LogEscape escape);

    /// Appends one line with its '\n'.
    void append_line(LogText& out, const StreamRecord& record, const TimeTexts& times) const;

    /// As LogFormat::unknown_variables().
    const std::vector<std::string>& unknown_variables() const noexcept { return unknown_; }

private:
    using Write = void (*)(LogText& out, const StreamRecord& record, const TimeTexts& times);
    struct Variable;
    struct Segment {
        std::string literal;  ///< before the variable
        Write write;
    };
    static const Variable* find(std::string_view name);
    void add_variable(std::string_view name, routing::LogEscape escape);

    std::vector<Segment> segments_;
    std::string tail_;  ///< literal after the last variable
    std::vector<std::string> unknown_;
};

}  // namespace fairway::proxy
