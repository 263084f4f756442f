// What an OpenTelemetry collector is sent: messages of opentelemetry-proto (trace/v1, collector/trace/v1), as protobuf
// encodes them. Attributes are those of ingress-nginx's module, and http.route.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/request_record.hpp"

namespace fairway::proxy::otlp {

/// Longer values of attributes are cut: what clients send may fill them.
inline constexpr std::size_t kMaxValueBytes = 1024;

/// One Span, of a request that is over. `record.trace` is not null.
/// @param ended  by the wall clock; it began record.took before.
std::string encode_span(const RequestRecord& record, std::string_view name,
                        std::chrono::system_clock::time_point ended);

/// ExportTraceServiceRequest with these spans, behind the five bytes that gRPC puts before a message.
std::string encode_export(std::span<const std::string> spans, std::string_view service_name);

/// What a collector says that took not all of an export.
struct Rejection {
    std::uint64_t spans = 0;
    std::string reason;
};
/// ExportTraceServiceResponse.partial_success. Nothing when all were taken, or when it is no such message.
/// @param message  with gRPC's five bytes before it.
std::optional<Rejection> find_rejection(std::string_view message);

}  // namespace fairway::proxy::otlp
