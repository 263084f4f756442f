// gRPC as a proxy meets it: which requests are calls, how long they may take, and what an answer of the proxy is in its
// terms. Protocol: github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md. What users see: docs/grpc.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/http/message.hpp"
#include "proxy/http/out_buffer.hpp"

namespace fairway::proxy {

/// Those that the proxy itself answers with (grpc doc/statuscodes.md).
enum class GrpcStatus : std::uint8_t {
    unknown = 2,
    deadline_exceeded = 4,
    permission_denied = 7,
    resource_exhausted = 8,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    unauthenticated = 16,
};

/// True for an HTTP/2 request with Content-Type application/grpc, also +proto and the like; not for gRPC-Web, which is
/// an ordinary request to us.
bool is_grpc_call(const RequestHead& head) noexcept;

/// What an HTTP status of the proxy's own is to a gRPC client: the table of grpc's http-grpc-status-mapping.md, and for
/// 408, 413, 414, 431 and 501, which that leaves at UNKNOWN, what says more.
GrpcStatus grpc_status_of(std::uint16_t http_status) noexcept;

/// How long the call may take: grpc-timeout, up to a year. Nothing when `head` is no call, has no such field, or one that
/// is not 1 to 8 digits, above zero, and one of H M S m u n; the endpoint then judges it alone.
std::optional<std::chrono::milliseconds> grpc_timeout(const RequestHead& head) noexcept;

/// Appends `message` as grpc-message has it: percent-encoded but for printable ASCII.
void append_grpc_message(OutBuffer& out, std::string_view message);

/// The value of grpc-status in trailers, or in the head of a response without body; nothing when it is not a number.
std::optional<std::uint16_t> find_grpc_status(const FieldList& fields) noexcept;

}  // namespace fairway::proxy
