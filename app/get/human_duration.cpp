#include "app/get/human_duration.hpp"

#include <fmt/format.h>

namespace fairway::app {

namespace {

/// "5h2m", or "5h" without a rest.
std::string two_units(long long whole, char unit, long long rest, char smaller) {
    return rest == 0 ? fmt::format("{}{}", whole, unit) : fmt::format("{}{}{}{}", whole, unit, rest, smaller);
}

}  // namespace

std::string human_duration(std::chrono::seconds duration) {
    const long long seconds = duration.count();
    const long long minutes = seconds / 60;
    const long long hours = minutes / 60;
    if (seconds < -1) return "<invalid>";
    if (seconds < 0) return "0s";
    if (seconds < 120) return fmt::format("{}s", seconds);
    if (minutes < 10) return two_units(minutes, 'm', seconds % 60, 's');
    if (minutes < 180) return fmt::format("{}m", minutes);
    if (hours < 8) return two_units(hours, 'h', minutes % 60, 'm');
    if (hours < 48) return fmt::format("{}h", hours);
    if (hours < 24 * 8) return two_units(hours / 24, 'd', hours % 24, 'h');
    if (hours < 24 * 365 * 2) return fmt::format("{}d", hours / 24);
    if (hours < 24 * 365 * 8) return two_units(hours / 24 / 365, 'y', hours / 24 % 365, 'd');
    return fmt::format("{}y", hours / 24 / 365);
}

}  // namespace fairway::app
