#include "ingress/values.hpp"

#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kYear = 365LL * 24 * 3600;

/// The number at the front of `text`, which is advanced past it; nullopt-like -1 when there is none or it is too large.
std::int64_t take_number(std::string_view& text) {
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return -1;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// Milliseconds of the unit at the front of `text`, which is advanced past it; 0 when it is none of nginx's.
std::int64_t take_time_unit(std::string_view& text) {
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    static constexpr std::array<Unit, 6> kUnits{
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}}};
    for (const auto& unit : kUnits) {
        if (text.starts_with(unit.name)) {
            text.remove_prefix(unit.name.size());
            return unit.milliseconds;
        }
    }
    return 0;
}

constexpr std::string_view kBasic = "-._~/:";
constexpr std::string_view kUrl = "-._~/:,?&=";

Result<std::string> parse_text(std::string_view text, std::string_view marks) {
    for (const char c : text)
        if (!ascii::is_alnum(c) && marks.find(c) == std::string_view::npos)
            return Error{fmt::format("\"{}\" holds '{}'; write letters, digits and {} alone", text, c, marks)};
    return std::string(text);
}

}  // namespace

Result<std::string> parse_basic_text(std::string_view text) { return parse_text(text, kBasic); }

Result<std::string> parse_url_text(std::string_view text) { return parse_text(text, kUrl); }

Result<bool> parse_bool(std::string_view text) {
    for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
        if (text == yes) return true;
    for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"})
        if (text == no) return false;
    return Error{fmt::format("\"{}\" is neither true nor false; write \"true\" or \"false\"", text)};
}

Result<bool> parse_on_off(std::string_view text) {
    if (text == "on") return true;
    if (text == "off") return false;
    return Error{fmt::format("\"{}\" is neither on nor off; write \"on\" or \"off\"", text)};
}

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max) {
    std::int64_t number = 0;
    const auto digits = text.starts_with('+') ? text.substr(1) : text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc::result_out_of_range)
        return Error{fmt::format("\"{}\" is out of range; write a number from {} to {}", text, min, max)};
    if (error != std::errc{} || end != digits.data() + digits.size())
        return Error{fmt::format("\"{}\" is not a whole number; write one from {} to {}", text, min, max)};
    if (number < min || number > max)
        return Error{fmt::format("{} is out of range; write a number from {} to {}", number, min, max)};
    return number;
}

Result<std::chrono::seconds> parse_seconds(std::string_view text, std::int64_t min) {
    // "For ever" is written as any large number.
    if (const auto number = parse_integer(text, min, std::numeric_limits<std::int64_t>::max()))
        return std::chrono::seconds(std::min(*number, kYear));
    if (const auto duration = parse_duration(text); duration && duration->count() >= min)
        return Error{fmt::format("\"{}\" has a unit, which ingress-nginx ignores here; write \"{}\" (whole seconds)",
                                 text, duration->count())};
    return Error{fmt::format("\"{}\" is not a time; write whole seconds without unit, {} to {}, for example \"60\"",
                             text, min, kYear)};
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
    const Error bad{fmt::format("\"{}\" is not a time; write it as 90, 90s, 1m30s or 1h", text)};
    auto rest = ascii::trim(text);
    if (rest.empty()) return bad;
    std::int64_t milliseconds = 0;
    while (!rest.empty()) {
        const auto number = take_number(rest);
        if (number < 0 || number > kYear * 1000) return bad;
        const auto unit = rest.empty() ? 1000 : take_time_unit(rest);
        if (unit == 0) return bad;
        milliseconds += number * unit;
        if (milliseconds > kYear * 1000) return Error{fmt::format("\"{}\" is longer than a year; write less", text)};
        rest = ascii::trim(rest);
    }
    return std::chrono::seconds((milliseconds + 999) / 1000);
}

Result<std::uint64_t> parse_size(std::string_view text) {
    const Error bad{fmt::format("\"{}\" is not a size; write bytes or a number with k, m or g: \"8m\"", text)};
    auto rest = text;
    const auto number = take_number(rest);
    if (number < 0 || rest.size() > 1) return bad;
    unsigned shift = 0;
    if (!rest.empty()) {
        switch (ascii::to_lower(rest[0])) {
            case 'b': break;
            case 'k': shift = 10; break;
            case 'm': shift = 20; break;
            case 'g': shift = 30; break;
            default: return bad;
        }
    }
    if (number > (std::numeric_limits<std::int64_t>::max() >> shift))
        return Error{fmt::format("\"{}\" is larger than any size can be; write less", text)};
    return static_cast<std::uint64_t>(number) << shift;
}

std::vector<std::string> split_list(std::string_view text, char separator) {
    constexpr std::string_view kSpaces = " \t\r\n";
    const auto separators = separator == ' ' ? kSpaces : std::string_view(&separator, 1);
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        auto item = text.substr(0, end);
        item.remove_prefix(std::min(item.find_first_not_of(kSpaces), item.size()));
        item = item.substr(0, item.find_last_not_of(kSpaces) + 1);
        if (!item.empty()) items.emplace_back(item);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
}

Result<std::vector<IpNetwork>> parse_networks(std::string_view text) {
    std::vector<IpNetwork> networks;
    for (const auto& item : split_list(text)) {
        const auto network = IpNetwork::parse(item);
        if (!network) return network.error();
        networks.push_back(*network);
    }
    return networks;
}

}  // namespace fairway::ingress
