// The file, pipe or terminal that the access log goes to. Writing never blocks for longer than it is told to.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "proxy/access_log/syslog_socket.hpp"

namespace fairway::proxy {

/// For one thread.
class LogFile {
public:
    /// What became of a write.
    struct Progress {
        std::size_t bytes = 0;      ///< written, or given up
        std::uint64_t dropped = 0;  ///< lines among them that were given up
        int error = 0;              ///< errno; 0: fine, or the output has no room now
    };

    /// "/dev/stdout" and "/dev/stderr" are the streams of the process, also where they are sockets or may not be
    /// opened. So is "/var/log/nginx/access.log": ingress-nginx's image links it to stdout, and migrants keep it in
    /// their ConfigMaps. "syslog:server=HOST:PORT" is a syslog server, see SyslogSocket. Anything else is created with mode
    /// 0644 and appended to.
    static Result<LogFile> open(const std::string& path);

    LogFile(LogFile&& other) noexcept;
    LogFile& operator=(LogFile&& other) noexcept;
    ~LogFile();

    /// Writes the start of `lines` (whole lines): all of it to a regular file; to anything else as many whole lines as
    /// a pipe keeps together even when others write there too (PIPE_BUF bytes), or a piece of one longer line.
    /// Waits for room at most `limit`.
    Progress write_some(std::string_view lines, std::chrono::milliseconds limit);

private:
    explicit LogFile(int descriptor);
    explicit LogFile(SyslogSocket syslog) : syslog_(std::move(syslog)) {}
    Progress send_lines(std::string_view lines);
    void close() noexcept;
    bool wait_for_room(std::chrono::milliseconds limit) const;

    int descriptor_ = -1;
    bool stream_ = false;  ///< not a regular file, so that it may have no room
    bool socket_ = false;
    std::optional<SyslogSocket> syslog_;  ///< in place of the descriptor
};

}  // namespace fairway::proxy
