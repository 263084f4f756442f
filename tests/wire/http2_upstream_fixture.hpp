// What the tests of HTTP/2 towards endpoints share: a route that speaks h2c, with retries as ingress-nginx has them.
#pragma once

#include "wire/http2_endpoint.hpp"
#include "wire/wire_fixture.hpp"

namespace fairway::wire {

inline constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

class Http2UpstreamTest : public WireTest {
protected:
    Http2UpstreamTest() { config.policy(*route).protocol = routing::UpstreamProtocol::h2c; }

    proxy::ConnectionCounters counters() { return server->metrics().connections; }
    /// Sends a GET as `client` and answers it on `h2`.
    void exchange(Socket& client, Http2Endpoint& h2) {
        client.send(kGet);
        const std::int32_t stream = h2.next_whole_request();
        h2.answer(stream);
        EXPECT_TRUE(client.read_until("ok\r\n0\r\n\r\n").ends_with("ok\r\n0\r\n\r\n"));
    }
};

}  // namespace fairway::wire
