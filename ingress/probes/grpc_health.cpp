#include "ingress/probes/grpc_health.hpp"

#include <cstdint>

namespace fairway::ingress {

namespace {

constexpr std::size_t kPrefix = 5;  // compressed flag, length in network order

void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& in) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(in.front());
        in.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    return std::nullopt;
}

bool skip(std::string_view& in, std::uint64_t size) {
    if (size > in.size()) return false;
    in.remove_prefix(size);
    return true;
}

/// Skips a field's value. Groups (wire types 3 and 4) are no part of proto3.
bool skip_field(std::string_view& in, std::uint64_t wire_type) {
    switch (wire_type) {
        case 0: return take_varint(in).has_value();
        case 1: return skip(in, 8);
        case 2: {
            const auto size = take_varint(in);
            return size && skip(in, *size);
        }
        case 5: return skip(in, 4);
        default: return false;
    }
}

}  // namespace

std::string_view to_string(ServingStatus status) {
    switch (status) {
        case ServingStatus::unknown: return "UNKNOWN";
        case ServingStatus::serving: return "SERVING";
        case ServingStatus::not_serving: return "NOT_SERVING";
        case ServingStatus::service_unknown: return "SERVICE_UNKNOWN";
    }
    return "a status without a name";
}

std::string health_request(std::string_view service) {
    std::string message;
    if (!service.empty()) {
        message += '\x0a';  // field 1 (service), length-delimited
        append_varint(message, service.size());
        message += service;
    }
    std::string out(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(message.size() >> shift);
    return out + message;
}

std::optional<ServingStatus> health_response(std::string_view message) {
    if (message.size() < kPrefix || message[0] != 0) return std::nullopt;
    std::uint32_t size = 0;
    for (std::size_t at = 1; at < kPrefix; ++at) size = size << 8 | static_cast<unsigned char>(message[at]);
    message.remove_prefix(kPrefix);
    if (message.size() < size) return std::nullopt;
    message = message.substr(0, size);

    auto status = ServingStatus::unknown;  // proto3: an absent field has its default
    while (!message.empty()) {
        const auto tag = take_varint(message);
        if (!tag) return std::nullopt;
        if (*tag == (1 << 3 | 0)) {
            const auto value = take_varint(message);
            if (!value) return std::nullopt;
            status = static_cast<ServingStatus>(*value);
        } else if (!skip_field(message, *tag & 7)) {
            return std::nullopt;
        }
    }
    return status;
}

}  // namespace fairway::ingress
