// The time of a log line in the three spellings of nginx, computed anew only when the second changes.
#pragma once

#include <chrono>
#include <ctime>
#include <limits>
#include <string_view>

namespace fairway::proxy {

/// $time_local, $time_iso8601 and $msec of the moment a line is written, which is when its request ended.
/// Local time as the TZ of the process says. One per worker.
class TimeTexts {
public:
    /// Cost: a few instructions within the same second.
    void set(std::chrono::system_clock::time_point now);

    std::string_view local() const noexcept { return {local_, local_size_}; }        ///< 28/Sep/2025:12:00:00 +0000
    std::string_view iso8601() const noexcept { return {iso8601_, iso8601_size_}; }  ///< 2025-09-28T12:00:00+00:00
    std::string_view msec() const noexcept { return {msec_, msec_size_}; }  ///< 1759060800.123: seconds since 1970

private:
    void set_second(std::time_t second);

    std::time_t second_ = std::numeric_limits<std::time_t>::min();
    char local_[48];
    char iso8601_[48];
    char msec_[32];
    std::size_t local_size_ = 0;
    std::size_t iso8601_size_ = 0;
    std::size_t msec_size_ = 0;
};

}  // namespace fairway::proxy
