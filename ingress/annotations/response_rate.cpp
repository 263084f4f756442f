#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMaxKilobytes = 1'000'000'000;

Result<std::uint64_t> parse_kilobytes(std::string_view text) {
    const auto kilobytes = parse_integer(text, 0, kMaxKilobytes);
    if (!kilobytes) return kilobytes.error();
    return static_cast<std::uint64_t>(*kilobytes) << 10;
}

}  // namespace

void read_response_rate(SettingReader& settings, routing::Part<routing::ResponseRate>& policy) {
    routing::ResponseRate rate = policy ? *policy : routing::ResponseRate{};
    settings.read("limit-rate", rate.bytes_per_second, parse_kilobytes);
    settings.read("limit-rate-after", rate.free_bytes, parse_kilobytes);
    if (rate == routing::ResponseRate{})
        policy.reset();
    else
        policy = std::move(rate);
}

}  // namespace fairway::ingress
