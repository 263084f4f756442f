// Any bytes from an endpoint that is spoken to in FastCGI. The proxy never crashes and leaves nothing behind; the client
// gets one response, or an end; and a request that must not be repeated is not sent twice. The first byte chooses the request.
#include <sys/socket.h>

#include "base/assert.hpp"
#include "fuzz/session_rig.hpp"

using namespace fairway::proxy;

namespace {

constexpr std::string_view kRequests[] = {
    "GET /a.php?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
    "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
};
constexpr std::size_t kMaxTries = 8;  // more than any policy of the rig allows

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool late = (data[0] & 4) != 0;  // speaks once it has heard something
    SessionRig rig(fairway::routing::UpstreamProtocol::fastcgi, [&](EndpointConnection& connection) {
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
    for (const auto& connection : rig.connections()) sent += connection.received.empty() ? 0 : 1;
    FAIRWAY_ASSERT(sent <= kMaxTries, "tries are bounded");
    // 3 is the type of END_REQUEST: only with it may an endpoint say that it did nothing yet.
    if ((data[0] & 1) != 0 && input.find('\x03') == std::string_view::npos)
        FAIRWAY_ASSERT(sent <= 1, "a POST is not sent twice");
    return 0;
}
