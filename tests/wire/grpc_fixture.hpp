// A gRPC client in a few lines: one call, and what came of it.
#pragma once

#include "wire/hostile_fixture.hpp"
#include "wire/http2_client.hpp"

namespace fairway::wire {

class GrpcTest : public HostileTest {
protected:
    using End = Http2Client::End;

    /// @param more  fields besides those of every call.
    static Fields call(const Fields& more = {}, const std::string& path = "/shop.Cart/Add") {
        Fields fields = {{":method", "POST"}, {":scheme", "http"}, {":path", path},
                         {":authority", "a"}, {"te", "trailers"},  {"content-type", "application/grpc+proto"}};
        fields.insert(fields.end(), more.begin(), more.end());
        return fields;
    }

    /// Expects that `answer` is a trailers-only response with this grpc-status.
    static void expect_status(const Http2Client::Answer& answer, const std::string& status) {
        EXPECT_EQ(answer.status(), "200");
        EXPECT_EQ(answer.field("content-type"), "application/grpc");
        EXPECT_EQ(answer.field("grpc-status"), status) << answer.field("grpc-message");
        EXPECT_NE(answer.field("grpc-message"), "");
        EXPECT_EQ(answer.body, "");
        EXPECT_EQ(answer.field("content-length"), "");
        EXPECT_TRUE(answer.ended);
    }

    /// Makes a call that no endpoint answers.
    Http2Client::Answer answer_to_call(const Fields& head) {
        Http2Client client(server->http_port());
        return client.whole(client.request(head));
    }

    routing::RoutePolicy& policy() { return config.policy(*route); }
};

}  // namespace fairway::wire
