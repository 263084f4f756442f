#include "proxy/filters/grpc.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxTimeoutDigits = 8;
constexpr milliseconds kLongestTimeout = std::chrono::hours(24 * 365);

std::optional<std::uint32_t> parse_digits(std::string_view text) noexcept {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Parts of a millisecond count as a whole one.
std::optional<milliseconds> in_unit(std::uint32_t value, char unit) noexcept {
    switch (unit) {
        case 'H': return std::chrono::hours(value);
        case 'M': return std::chrono::minutes(value);
        case 'S': return std::chrono::seconds(value);
        case 'm': return milliseconds(value);
        case 'u': return std::chrono::ceil<milliseconds>(std::chrono::microseconds(value));
        case 'n': return std::chrono::ceil<milliseconds>(std::chrono::nanoseconds(value));
        default: return std::nullopt;
    }
}

}  // namespace

bool is_grpc_call(const RequestHead& head) noexcept {
    constexpr std::string_view kType = "application/grpc";
    if (head.version != Version::http_2 || !head.upgrade.empty()) return false;
    const auto type = find_field(head.fields, FieldId::content_type);
    if (type.size() < kType.size() || !ascii::iequals(type.substr(0, kType.size()), kType)) return false;
    return type.size() == kType.size() || type[kType.size()] == '+' || type[kType.size()] == ';';
}

GrpcStatus grpc_status_of(std::uint16_t http_status) noexcept {
    switch (http_status) {
        case 400: return GrpcStatus::internal;
        case 401: return GrpcStatus::unauthenticated;
        case 403: return GrpcStatus::permission_denied;
        case 404:
        case 501: return GrpcStatus::unimplemented;
        case 408: return GrpcStatus::deadline_exceeded;
        case 413:
        case 414:
        case 431: return GrpcStatus::resource_exhausted;
        case 429:
        case 502:
        case 503:
        case 504: return GrpcStatus::unavailable;
        default: return GrpcStatus::unknown;
    }
}

std::optional<milliseconds> grpc_timeout(const RequestHead& head) noexcept {
    if (!is_grpc_call(head)) return std::nullopt;
    const auto text = find_field(head.fields, "grpc-timeout");
    if (text.size() < 2 || text.size() > kMaxTimeoutDigits + 1) return std::nullopt;
    const auto value = parse_digits(text.substr(0, text.size() - 1));
    if (!value || *value == 0) return std::nullopt;
    const auto timeout = in_unit(*value, text.back());
    if (!timeout) return std::nullopt;
    return std::min(*timeout, kLongestTimeout);
}

void append_grpc_message(OutBuffer& out, std::string_view message) {
    out.append_percent_encoded(message, [](char c) { return c < ' ' || c > '~' || c == '%'; });
}

std::optional<std::uint16_t> find_grpc_status(const FieldList& fields) noexcept {
    const auto text = find_field(fields, "grpc-status");
    if (text.empty() || text.size() > 3) return std::nullopt;
    const auto value = parse_digits(text);
    if (!value) return std::nullopt;
    return static_cast<std::uint16_t>(*value);
}

}  // namespace fairway::proxy
