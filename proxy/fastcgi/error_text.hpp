// What an application writes to its error stream (FCGI_STDERR) while it serves one request.
#pragma once

#include <string>
#include <string_view>

#include "proxy/io/deadline_wheel.hpp"
#include "proxy/request_record.hpp"

namespace fairway::proxy::fastcgi {

class ErrorText {
public:
    static constexpr std::size_t kMaxBytes = 2048;  ///< of one request; what is beyond is dropped

    void add(std::string_view text);
    /// Writes it to the log, if there is any, and forgets it: event fastcgi.stderr, at most one line a second for each
    /// worker; `left_out` in it counts those that the line stands for.
    void log(const SocketAddress& endpoint, const RequestRecord& record, io::TimePoint now);

private:
    std::string text_;
    bool cut_ = false;
};

}  // namespace fairway::proxy::fastcgi
