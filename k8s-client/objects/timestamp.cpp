#include "k8s-client/objects/timestamp.hpp"

#include <chrono>

#include "base/ascii.hpp"

namespace fairway::k8s {

namespace {

// Takes text apart from the left; once something does not fit, everything after it fails too.
class Scanner {
public:
    explicit Scanner(std::string_view text) noexcept : rest_(text) {}

    int digits(std::size_t count) noexcept {
        if (rest_.size() < count) return fail();
        int value = 0;
        for (const char c : rest_.substr(0, count)) {
            if (!ascii::is_digit(c)) return fail();
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    char one_of(std::string_view allowed) noexcept {
        if (rest_.empty() || allowed.find(rest_[0]) == std::string_view::npos) return static_cast<char>(fail());
        const char c = rest_[0];
        rest_.remove_prefix(1);
        return c;
    }
    void skip_fraction() noexcept {
        if (!rest_.starts_with('.')) return;
        rest_.remove_prefix(1);
        digits(1);
        while (!rest_.empty() && ascii::is_digit(rest_[0])) rest_.remove_prefix(1);
    }
    bool finished() const noexcept { return ok_ && rest_.empty(); }

private:
    int fail() noexcept {
        ok_ = false;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
    Scanner in(text);
    const std::chrono::year year{in.digits(4)};
    in.one_of("-");
    const std::chrono::month month{static_cast<unsigned>(in.digits(2))};
    in.one_of("-");
    const std::chrono::day day{static_cast<unsigned>(in.digits(2))};
    in.one_of("Tt");
    const auto hour = in.digits(2);
    in.one_of(":");
    const auto minute = in.digits(2);
    in.one_of(":");
    const auto second = in.digits(2);
    in.skip_fraction();
    const char zone = in.one_of("Zz+-");
    int offset_minutes = 0;
    if (zone == '+' || zone == '-') {
        const auto hours = in.digits(2);
        in.one_of(":");
        const auto minutes = in.digits(2);
        if (hours > 23 || minutes > 59) return {};
        offset_minutes = (hours * 60 + minutes) * (zone == '+' ? 1 : -1);
    }
    const std::chrono::year_month_day date{year, month, day};
    constexpr int kLeapSecond = 60;  // RFC 3339 section 5.6 allows it
    if (!in.finished() || !date.ok() || hour > 23 || minute > 59 || second > kLeapSecond) return {};
    const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
    return std::int64_t{days} * 86400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
}

}  // namespace fairway::k8s
