// A syslog server as the output of the access log: ConfigMap keys enable-syslog, syslog-host, syslog-port. One UDP datagram
// for each line, in the form of nginx's (RFC 3164).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "proxy/io/descriptor.hpp"

namespace fairway::proxy {

class SyslogSocket {
public:
    /// Of a LogFile's path: "syslog:server=HOST:PORT".
    static constexpr std::string_view kScheme = "syslog:server=";

    /// Resolves the host, which may take as long as the system's resolver does: not for a worker's thread.
    static Result<SyslogSocket> open(std::string_view server);

    /// Sends a line without its end. Never blocks, and never fails for long: a datagram that finds no room or no listener is
    /// gone, as UDP's are.
    /// @return false when it certainly did not leave.
    bool send(std::string_view line);

private:
    SyslogSocket(io::Descriptor socket, std::string host) : socket_(std::move(socket)), host_(std::move(host)) {}

    io::Descriptor socket_;  // connected
    std::string host_;       // ours
};

}  // namespace fairway::proxy
