// Any bytes from a client: a real session, HTTP/1 or HTTP/2, in front of an endpoint that answers every request. It never
// crashes, always ends when the client does, leaves nothing behind, and the endpoint never sees more requests than the
// session has served. The first byte chooses: odd inputs get the HTTP/2 preface in front.
#include "base/assert.hpp"
#include "fuzz/session_rig.hpp"

using namespace fairway::proxy;

namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Where the chunked body that begins at `at` ends; npos: not yet.
std::size_t end_of_chunks(std::string_view text, std::size_t at) {
    for (;;) {
        const auto line_end = text.find("\r\n", at);
        if (line_end == std::string_view::npos) return line_end;
        const std::size_t size = std::strtoul(std::string(text.substr(at, line_end - at)).c_str(), nullptr, 16);
        if (size == 0) {  // trailers
            if (text.substr(line_end + 2).starts_with("\r\n")) return line_end + 4;
            const auto end = text.find("\r\n\r\n", line_end);
            return end == std::string_view::npos ? end : end + 4;
        }
        at = line_end + 2 + size + 2;
        if (at > text.size()) return std::string_view::npos;
    }
}

/// Reads requests by a reading of RFC 9112 that is not the proxy's own, and answers each.
void answer(EndpointConnection& connection) {
    const std::string_view text = connection.received;
    for (;;) {
        const auto head_end = text.find("\r\n\r\n", connection.handled);
        if (head_end == std::string_view::npos) return;
        const std::string_view head = text.substr(connection.handled, head_end + 2 - connection.handled);
        std::size_t end = head_end + 4;
        const std::string_view key = "\r\nContent-Length: ";
        if (head.find("\r\nTransfer-Encoding: chunked\r\n") != std::string_view::npos)
            end = end_of_chunks(text, end);
        else if (const auto at = head.find(key); at != std::string_view::npos)
            end += std::strtoul(std::string(head.substr(at + key.size(), 20)).c_str(), nullptr, 10);
        if (end > text.size()) return;
        connection.handled = end;
        ++connection.heads;
        send_to(connection.fd, kAnswer);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    SessionRig rig(fairway::routing::UpstreamProtocol::http, answer);
    if ((data[0] & 1) != 0) rig.client_sends("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    rig.client_sends({reinterpret_cast<const char*>(data) + 1, size - 1});
    if ((data[0] & 2) != 0)
        rig.client_ends();  // in the middle of everything
    else
        rig.client_ends_when_quiet();
    rig.run();
    std::uint64_t heads = 0;
    for (const auto& connection : rig.connections()) heads += connection.heads;
    FAIRWAY_ASSERT(heads <= rig.requests(), "no request becomes two");
    return 0;
}
