#include "proxy/access_log/time_texts.hpp"

#include <fmt/format.h>

namespace fairway::proxy {

namespace {

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

template <std::size_t size, class... Args>
std::size_t print(char (&out)[size], fmt::format_string<Args...> format, Args&&... args) {
    return fmt::format_to_n(out, size, format, std::forward<Args>(args)...).size;
}

}  // namespace

void TimeTexts::set(std::chrono::system_clock::time_point now) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
    const auto whole = std::chrono::floor<std::chrono::seconds>(since);
    if (whole.count() != second_) set_second(whole.count());
    const auto millis = static_cast<unsigned>((since - whole).count());
    char* digits = msec_ + msec_size_ - 3;
    digits[0] = static_cast<char>('0' + millis / 100);
    digits[1] = static_cast<char>('0' + millis / 10 % 10);
    digits[2] = static_cast<char>('0' + millis % 10);
}

// Month names by hand: strftime's depend on the locale.
void TimeTexts::set_second(std::time_t second) {
    second_ = second;
    std::tm t{};
    localtime_r(&second, &t);
    const long minutes = t.tm_gmtoff / 60;
    const char sign = minutes < 0 ? '-' : '+';
    const long offset = minutes < 0 ? -minutes : minutes;
    local_size_ = print(local_, "{:02}/{}/{}:{:02}:{:02}:{:02} {}{:02}{:02}", t.tm_mday, kMonths[t.tm_mon],
                        t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec, sign, offset / 60, offset % 60);
    iso8601_size_ = print(iso8601_, "{}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", t.tm_year + 1900, t.tm_mon + 1,
                          t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, sign, offset / 60, offset % 60);
    msec_size_ = print(msec_, "{}.000", second);
}

}  // namespace fairway::proxy
