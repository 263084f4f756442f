// Any bytes from an endpoint that is spoken to in HTTP/2. The proxy never crashes and leaves nothing behind; the client gets
// one response, or an end; and a request that must not be repeated is not sent twice. The first byte chooses the request.
#include <sys/socket.h>

#include "base/assert.hpp"
#include "fuzz/session_rig.hpp"

using namespace fairway::proxy;

namespace {

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\n\r\n";
constexpr std::string_view kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody";
constexpr std::string_view kHead = "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr std::string_view kCall =
    "POST /a.B/C HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
    "Transfer-Encoding: chunked\r\nConnection: close, TE\r\n\r\n5\r\n\0\0\0\0\0\r\n0\r\n\r\n";
constexpr std::string_view kRequests[] = {kGet, kPost, kHead, kCall};
constexpr std::size_t kPreface = 24;  // bytes; RFC 9113 section 3.4
constexpr std::size_t kMaxTries = 8;  // more than any policy of the rig allows

/// HEADERS frames in what the proxy sent; it sends no trailers here.
std::size_t requests_in(std::string_view bytes) {
    std::size_t count = 0;
    for (std::size_t at = kPreface; at + 9 <= bytes.size();) {
        const auto octet = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i]));
        };
        count += octet(3) == 1 ? 1 : 0;
        at += 9 + (octet(0) << 16 | octet(1) << 8 | octet(2));
    }
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool late = (data[0] & 4) != 0;  // speaks once it has heard something
    SessionRig rig(fairway::routing::UpstreamProtocol::h2c, [&](EndpointConnection& connection) {
        if (connection.handled > 0 || (late && connection.received.empty())) return;
        connection.handled = 1;
        send_to(connection.fd, input);
        shutdown(connection.fd, SHUT_WR);
    });
    rig.client_sends(kRequests[data[0] & 3]);
    rig.run();

    FAIRWAY_ASSERT(rig.client_received().starts_with("HTTP/1.1 ") || rig.client_received().empty(),
                   "what comes is a response");
    std::size_t sent = 0;
    for (const auto& connection : rig.connections()) sent += requests_in(connection.received);
    FAIRWAY_ASSERT(sent <= kMaxTries, "tries are bounded");
    // 7 is the type of GOAWAY and the code REFUSED_STREAM: only by them may an endpoint say that it did nothing yet.
    if ((data[0] & 1) != 0 && input.find('\x07') == std::string_view::npos)
        FAIRWAY_ASSERT(sent <= 1, "a POST is not sent twice");
    return 0;
}
