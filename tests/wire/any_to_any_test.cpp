// Any protocol of a client to any protocol of an endpoint: what both see is the same, whatever carries it, and each
// request reaches the endpoint once.
#include <future>

#include "wire/any_peer.hpp"
#include "wire/http1_message.hpp"
#include "wire/tls_server.hpp"

namespace fairway::wire {
namespace {

constexpr std::size_t kMuch = 48 * 1024 * 1024;  // more than all sockets and windows on the way hold together

std::string body_of(std::size_t size) {
    std::string body(size, ' ');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    return body;
}

/// One cell of the matrix: the proxy between a client and an endpoint.
class Rig : public WireTest {
public:
    std::unique_ptr<AnyClient> client;
    std::unique_ptr<AnyEndpoint> upstream;

    void accept() { upstream = AnyEndpoint::accept(upstream_protocol, endpoint, tls_context.get()); }

    /// What every request arrives with, beside its own fields.
    Http2Fields forwarded(Http2Fields own = {}) const {
        const Http2Fields facts = {{"x-forwarded-for", "127.0.0.1"},
                                   {"x-forwarded-host", "any.example"},
                                   {"x-forwarded-port", std::to_string(server->http_port())},
                                   {"x-forwarded-proto", "http"},
                                   {"x-forwarded-scheme", "http"},
                                   {"x-real-ip", "127.0.0.1"},
                                   {"x-scheme", "http"}};
        own.insert(own.end(), facts.begin(), facts.end());
        return end_to_end(own);
    }

    /// Answers 200 with `body` and expects the client to see just that.
    void answer(const std::string& body = "answer") {
        upstream->begin("200", {{"x-app", "1"}}, Length::counted, body.size());
        upstream->send(body);
        upstream->end();
        const Received got = client->response();
        EXPECT_EQ(got.start, "200");
        EXPECT_EQ(got.fields, (Http2Fields{{"x-app", "1"}}));
        EXPECT_EQ(got.content_length, std::to_string(body.size()));
        EXPECT_EQ(got.body, body);
        EXPECT_TRUE(got.whole);
    }

protected:
    Upstream upstream_protocol = Upstream::http_1_1;
    std::unique_ptr<SSL_CTX, FreeTls> tls_context;
};

// --- The rows ---

void no_body(Rig& rig) {
    rig.client->begin("GET", "/a%20b?x=1", {{"x-test", "yes"}});
    rig.accept();
    const Received request = rig.upstream->request();
    EXPECT_EQ(request.start, "GET /a%20b?x=1 any.example");
    EXPECT_EQ(request.fields, rig.forwarded({{"x-test", "yes"}}));
    EXPECT_EQ(request.content_length, "");
    EXPECT_EQ(request.body, "");
    EXPECT_TRUE(request.whole);
    rig.answer();
}

void content_length(Rig& rig) {
    const std::string body = body_of(70000);
    rig.client->begin("POST", "/up", {}, Length::counted, body.size());
    rig.accept();
    rig.client->send(body);
    rig.client->end();
    const Received request = rig.upstream->request();
    EXPECT_EQ(request.start, "POST /up any.example");
    EXPECT_EQ(request.fields, rig.forwarded());
    EXPECT_EQ(request.content_length, std::to_string(body.size()));
    EXPECT_EQ(request.body, body);
    EXPECT_TRUE(request.whole);
    rig.answer(body);
}

/// Each side sees the other's first bytes before the rest exists.
void streamed_body(Rig& rig) {
    rig.client->begin("POST", "/stream", {}, Length::streamed, 10);
    rig.client->send("hello");
    rig.accept();
    EXPECT_EQ(rig.upstream->body(5), "hello");
    rig.upstream->begin("200", {}, Length::streamed);
    rig.upstream->send("first ");
    EXPECT_EQ(rig.client->status(), "200");
    rig.client->send("world");
    rig.client->end();
    const Received request = rig.upstream->request();
    EXPECT_EQ(request.body, "helloworld");
    EXPECT_EQ(request.content_length, rig.client->has_trailers() ? "" : "10");
    EXPECT_TRUE(request.whole);
    rig.upstream->send("last");
    rig.upstream->end();
    const Received got = rig.client->response();
    EXPECT_EQ(got.body, "first last");
    EXPECT_EQ(got.content_length, "");
    EXPECT_TRUE(got.whole);
}

/// Fields that must not be trailers (RFC 9110 section 6.5.1), and names that a head would lose, are left out.
void trailers(Rig& rig) {
    rig.client->begin("POST", "/t", {{"te", "trailers"}}, Length::streamed, 4);
    rig.client->send("body");
    rig.client->end({{"x-sum", "17"}, {"authorization", "no"}, {"x_sum", "no"}});
    rig.accept();
    const Received request = rig.upstream->request();
    EXPECT_EQ(request.body, "body");
    EXPECT_EQ(request.trailers, rig.client->has_trailers() ? (Http2Fields{{"x-sum", "17"}}) : Http2Fields{});
    EXPECT_TRUE(request.whole);
    rig.upstream->begin("200", {}, Length::streamed);
    rig.upstream->send("answer");
    rig.upstream->end({{"grpc-status", "0"}, {"cache-control", "no"}});
    const Received got = rig.client->response();
    EXPECT_EQ(got.body, "answer");
    EXPECT_EQ(got.trailers, rig.client->has_trailers() ? (Http2Fields{{"grpc-status", "0"}}) : Http2Fields{});
    EXPECT_TRUE(got.whole);
}

void early_response(Rig& rig) {
    rig.client->begin("POST", "/big", {}, Length::streamed, 1000000);
    rig.client->send("begun");
    rig.accept();
    EXPECT_EQ(rig.upstream->body(5), "begun");
    rig.upstream->begin("413", {}, Length::counted, 2);
    rig.upstream->send("no");
    const Received got = rig.client->response();
    EXPECT_EQ(got.start, "413");
    EXPECT_EQ(got.body, "no");
    EXPECT_TRUE(got.whole);
}

void reset_before_answer(Rig& rig) {
    rig.client->begin("POST", "/reset", {}, Length::counted, 4);
    rig.client->send("body");
    rig.client->end();
    rig.accept();
    EXPECT_EQ(rig.upstream->body(4), "body");
    rig.upstream->break_off();
    const Received got = rig.client->response();
    EXPECT_EQ(got.start, "502");
    EXPECT_TRUE(got.whole);
}

/// Half an answer must not look like a whole one.
void reset_in_answer(Rig& rig) {
    rig.client->begin("GET", "/cut");
    rig.accept();
    rig.upstream->begin("200", {}, Length::counted, 100);
    rig.upstream->send("half");
    EXPECT_EQ(rig.client->status(), "200");
    rig.upstream->break_off();
    EXPECT_FALSE(rig.client->response().whole);
}

void client_leaves_in_request(Rig& rig) {
    rig.client->begin("POST", "/leave", {}, Length::streamed, 1000);
    rig.client->send("begun");
    rig.accept();
    EXPECT_EQ(rig.upstream->body(5), "begun");
    rig.client->leave();
    EXPECT_TRUE(rig.upstream->given_up());
}

void client_leaves_in_response(Rig& rig) {
    rig.client->begin("GET", "/leave");
    rig.accept();
    rig.upstream->begin("200", {}, Length::streamed);
    rig.upstream->send("begun");
    EXPECT_EQ(rig.client->status(), "200");
    rig.client->leave();
    EXPECT_TRUE(rig.upstream->given_up());
}

/// The proxy takes no more than its buffers hold while the client reads nothing, and all arrives once it does.
void slow_reader(Rig& rig) {
    rig.client->begin("GET", "/much");
    rig.accept();
    rig.upstream->begin("200", {}, Length::counted, kMuch);
    EXPECT_LT(rig.upstream->send_until_blocked(kMuch), kMuch);
    auto rest = std::async(std::launch::async, [&] { rig.upstream->send_rest(); });
    const Received got = rig.client->response();
    rest.get();
    EXPECT_EQ(got.body.size(), kMuch);
    EXPECT_EQ(got.body.find_first_not_of('x'), std::string::npos);
    EXPECT_TRUE(got.whole);
}

void head_request(Rig& rig) {
    rig.client->begin("HEAD", "/head");
    rig.accept();
    EXPECT_EQ(rig.upstream->request().start, "HEAD /head any.example");
    rig.upstream->begin("200", {{"content-length", "1000"}, {"etag", "\"a\""}});
    const Received got = rig.client->response();
    EXPECT_EQ(got.start, "200");
    EXPECT_EQ(got.fields, (Http2Fields{{"etag", "\"a\""}}));
    EXPECT_EQ(got.content_length, "1000");
    EXPECT_EQ(got.body, "");
    EXPECT_TRUE(got.whole);
}

void not_modified(Rig& rig) {
    rig.client->begin("GET", "/same", {{"if-none-match", "\"a\""}});
    rig.accept();
    EXPECT_EQ(rig.upstream->request().fields, rig.forwarded({{"if-none-match", "\"a\""}}));
    rig.upstream->begin("304", {{"etag", "\"a\""}});
    const Received got = rig.client->response();
    EXPECT_EQ(got.start, "304");
    EXPECT_EQ(got.fields, (Http2Fields{{"etag", "\"a\""}}));
    EXPECT_EQ(got.body, "");
    EXPECT_TRUE(got.whole);
}

// --- The matrix ---

struct Row {
    const char* name;
    void (*run)(Rig&);
};

const Row kRows[] = {
    {"NoBody", no_body},
    {"ContentLength", content_length},
    {"StreamedBody", streamed_body},
    {"Trailers", trailers},
    {"EarlyResponse", early_response},
    {"ResetBeforeAnswer", reset_before_answer},
    {"ResetInAnswer", reset_in_answer},
    {"ClientLeavesInRequest", client_leaves_in_request},
    {"ClientLeavesInResponse", client_leaves_in_response},
    {"SlowReader", slow_reader},
    {"Head", head_request},
    {"NotModified", not_modified},
};

using Cell = std::tuple<Downstream, Upstream, Row>;

class AnyToAny : public Rig, public testing::WithParamInterface<Cell> {
protected:
    AnyToAny() {
        const auto& [from, to, row] = GetParam();
        config.settings.forwarded.generate_request_id = false;
        auto& policy = config.policy(*route);
        policy.body_limit.max_bytes = 0;
        upstream_protocol = to;
        if (to == Upstream::h2c) policy.protocol = routing::UpstreamProtocol::h2c;
        if (to == Upstream::h2) policy.protocol = routing::UpstreamProtocol::h2;
        if (to == Upstream::h2)
            tls_context =
                tls_server_context({.certificate = tls::make_self_signed({.common_name = "pod", .names = {"pod"}})});
    }
};

TEST_P(AnyToAny, SeeTheSame) {
    start();
    client = AnyClient::connect(std::get<Downstream>(GetParam()), server->http_port());
    std::get<Row>(GetParam()).run(*this);
    server.reset();  // what is on its way to the endpoint now is all there will ever be
    EXPECT_TRUE(upstream->nothing_more());
    EXPECT_TRUE(endpoint.nobody_connected());
}

std::string name_of_cell(const testing::TestParamInfo<Cell>& info) {
    constexpr const char* kFrom[] = {"Http10", "Http11", "Http2"};
    constexpr const char* kTo[] = {"Http11", "H2c", "H2"};
    const auto& [from, to, row] = info.param;
    return std::string(kFrom[static_cast<int>(from)]) + "To" + kTo[static_cast<int>(to)] + row.name;
}

INSTANTIATE_TEST_SUITE_P(
    Matrix, AnyToAny,
    testing::Combine(testing::Values(Downstream::http_1_0, Downstream::http_1_1, Downstream::http_2),
                     testing::Values(Upstream::http_1_1, Upstream::h2c, Upstream::h2), testing::ValuesIn(kRows)),
    name_of_cell);

}  // namespace
}  // namespace fairway::wire
