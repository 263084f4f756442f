// grpc.health.v1.Health/Check as bytes: the two messages of the health protocol, in protobuf's wire format, each behind
// gRPC's five-byte prefix. Two fields do not need a code generator.
// https://github.com/grpc/grpc-proto/blob/master/grpc/health/v1/health.proto
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::ingress {

/// HealthCheckResponse.ServingStatus; values beyond these are left as they came.
enum class ServingStatus : std::uint32_t { unknown = 0, serving = 1, not_serving = 2, service_unknown = 3 };

std::string_view to_string(ServingStatus status);

/// HealthCheckRequest{service} as a gRPC message.
std::string health_request(std::string_view service);

/// The status in a gRPC message with a HealthCheckResponse; unknown fields are skipped. nullopt: not one, compressed,
/// or cut short.
std::optional<ServingStatus> health_response(std::string_view message);

}  // namespace fairway::ingress
