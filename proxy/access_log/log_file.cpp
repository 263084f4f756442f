#include "proxy/access_log/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <utility>

namespace fairway::proxy {

namespace {

std::optional<int> standard_stream(const std::string& path) {
    if (path.empty() || path == "/dev/stdout" || path == "/var/log/nginx/access.log") return STDOUT_FILENO;
    if (path == "/dev/stderr") return STDERR_FILENO;
    return std::nullopt;
}

// A duplicate shares its offset with the stream, so that what else is written to a redirected stdout is not overwritten.
int duplicate(int stream) { return fcntl(stream, F_DUPFD_CLOEXEC, 3); }

std::string_view piece_for_stream(std::string_view lines) {
    constexpr std::size_t kAtomicBytes = PIPE_BUF;
    if (lines.size() <= kAtomicBytes) return lines;
    const auto last_line_end = lines.rfind('\n', kAtomicBytes - 1);
    return lines.substr(0, last_line_end == std::string_view::npos ? kAtomicBytes : last_line_end + 1);
}

}  // namespace

Result<LogFile> LogFile::open(const std::string& path) {
    if (path.starts_with(SyslogSocket::kScheme)) {
        auto syslog = SyslogSocket::open(std::string_view(path).substr(SyslogSocket::kScheme.size()));
        if (!syslog) return syslog.error();
        return LogFile(*std::move(syslog));
    }
    const auto stream = standard_stream(path);
    const int descriptor = stream ? duplicate(*stream)
                                  : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
    if (descriptor < 0)
        return Error{
            fmt::format("cannot open the access log \"{}\": {}; check access-log-path, the folder and its permissions",
                        path, std::strerror(errno))};
    return LogFile(descriptor);
}

LogFile::LogFile(int descriptor) : descriptor_(descriptor) {
    struct stat info{};
    if (fstat(descriptor_, &info) != 0) return;
    socket_ = S_ISSOCK(info.st_mode);
    stream_ = !S_ISREG(info.st_mode);
}

LogFile::LogFile(LogFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      stream_(other.stream_),
      socket_(other.socket_),
      syslog_(std::move(other.syslog_)) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
    if (this == &other) return *this;
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    stream_ = other.stream_;
    socket_ = other.socket_;
    syslog_ = std::move(other.syslog_);
    return *this;
}

LogFile::~LogFile() { close(); }

void LogFile::close() noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
}

// An inherited stdout may be in blocking mode, and to change that would change it for everyone who shares it. So a stream
// is only written to when poll() says that it has room, and then a pipe takes PIPE_BUF bytes without blocking.
LogFile::Progress LogFile::write_some(std::string_view lines, std::chrono::milliseconds limit) {
    if (syslog_) return send_lines(lines);
    if (stream_ && !wait_for_room(limit)) return {};
    const std::string_view piece = stream_ ? piece_for_stream(lines) : lines;
    const ssize_t written = socket_ ? ::send(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                    : ::write(descriptor_, piece.data(), piece.size());
    if (written >= 0) return {.bytes = static_cast<std::size_t>(written)};
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {.bytes = 0, .error = later ? 0 : errno};
}

LogFile::Progress LogFile::send_lines(std::string_view lines) {
    Progress progress{.bytes = lines.size()};
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        if (!syslog_->send(lines.substr(0, end))) ++progress.dropped;
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return progress;
}

bool LogFile::wait_for_room(std::chrono::milliseconds limit) const {
    pollfd wanted{descriptor_, POLLOUT, 0};
    return poll(&wanted, 1, static_cast<int>(limit.count())) > 0;  // errors too: the write will name them
}

}  // namespace fairway::proxy
