// Endpoints that speak FastCGI: what they are sent, what becomes of their answers, and what happens when they break.
#include "proxy/fastcgi/record_text.hpp"
#include "routing/policy/error_pages.hpp"
#include "wire/hostile_fixture.hpp"
#include "wire/http2_client.hpp"

namespace fairway::wire {
namespace {

using namespace proxy::fastcgi::test;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /x?y HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kGetOnce = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr std::string_view kHead = "Content-Type: text/plain\r\n\r\n";

struct SeenRequest {
    std::vector<std::pair<std::string, std::string>> params;
    std::string body;

    std::string param(std::string_view name) const {
        for (const auto& [key, value] : params)
            if (key == name) return value;
        return "(none)";
    }
};

/// The endpoint's end of a connection.
class Application {
public:
    explicit Application(Socket socket) : socket_(std::move(socket)) {}

    /// All of a request, to the end of its input.
    SeenRequest request() {
        SeenRequest seen;
        std::string params;
        bool params_ended = false;
        EXPECT_EQ(next().type, 1);
        for (;;) {
            const Record record = next();
            if (record.type == 4 && !params_ended) {
                params += record.content;
                params_ended = record.content.empty();
            } else if (record.type == 5 && params_ended) {
                if (record.content.empty()) break;
                seen.body += record.content;
            } else {
                ADD_FAILURE() << "record of type " << record.type;
                break;
            }
        }
        seen.params = pairs_of(params);
        return seen;
    }
    Record next() {
        std::string head = socket_.read_exactly(8);
        if (head.size() < 8) return {};
        const auto octet = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(head[i])); };
        const std::size_t rest = (octet(4) << 8 | octet(5)) + octet(6);
        head += rest > 0 ? socket_.read_exactly(rest) : "";
        return take_records(head).at(0);
    }
    void send(std::string_view bytes) { socket_.send(bytes); }
    Socket& socket() { return socket_; }

private:
    Socket socket_;
};

class FastCgi : public HostileTest {
protected:
    FastCgi() {
        config.policy(*route).protocol = routing::UpstreamProtocol::fastcgi;
        config.policy(*route).retry.conditions = 0;
    }
    Application application() { return Application(endpoint.accept()); }
    /// What a client gets for a GET that is answered with `bytes`, after which the application closes.
    std::string answer(std::string_view bytes, std::string_view request = kGetOnce) {
        auto client = this->client();
        client.send(request);
        auto app = application();
        app.request();
        app.send(bytes);
        app.socket().shutdown_write();
        return client.read_to_end();
    }
};

TEST_F(FastCgi, ARequestAndItsResponse) {
    start();
    auto client = this->client();
    client.send(kGet);
    auto app = application();
    const SeenRequest seen = app.request();
    EXPECT_EQ(seen.param("REQUEST_METHOD"), "GET");
    EXPECT_EQ(seen.param("SCRIPT_NAME"), "/x");
    EXPECT_EQ(seen.param("QUERY_STRING"), "y");
    EXPECT_EQ(seen.param("SERVER_ADDR"), "127.0.0.1");
    EXPECT_EQ(seen.param("CONTENT_LENGTH"), "");
    app.send(output("Status: 201 Made\nX-Secret-Not: 1\n\nhello ") + output("world", 3) + end());
    const std::string response = client.read_until("0\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 201 Made\r\n")) << response;
    EXPECT_TRUE(contains(response, "X-Secret-Not: 1\r\n"));
    EXPECT_FALSE(contains(response, "Status:"));
    EXPECT_TRUE(contains(response, "hello ")) << response;
    EXPECT_TRUE(contains(response, "world")) << response;
    EXPECT_EQ(app.socket().read_to_end(), "") << "one connection for one request";
    // The client's connection goes on.
    client.send(kGet);
    auto next = application();
    next.request();
    next.send(output(std::string(kHead)) + end());
    EXPECT_TRUE(client.read_until("0\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(server->metrics().connections.upstream_reused, 0U);
}

TEST_F(FastCgi, RecordsMayArriveInAnyPieces) {
    start();
    const std::string bytes = errors("note", 1) + output("Content-Length: 5\r", 7) + output("\n") +
                              output("\r\nab", 2) + errors("another") + output("cde") + end();
    for (const std::size_t piece : {1, 5, 11}) {
        auto client = this->client();
        client.send(kGet);
        auto app = application();
        app.request();
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            app.send(std::string_view(bytes).substr(at, piece));
            if (at < 60) let_proxy_work();
        }
        EXPECT_TRUE(client.read_response().ends_with("abcde")) << piece;
    }
}

TEST_F(FastCgi, BodiesWithALengthArePassedOnAsTheyCome) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nfirst");
    auto app = application();
    EXPECT_EQ(app.next().type, 1);
    std::string params;
    for (Record record = app.next();; record = app.next()) {
        ASSERT_EQ(record.type, 4);
        if (record.content.empty()) break;
        params += record.content;
    }
    EXPECT_TRUE(contains(params, "\16\6CONTENT_LENGTH200000"));
    EXPECT_EQ(app.next().content, "first") << "before the rest has come";
    client.send(std::string(199995, 'x'));
    std::string body;
    for (Record record = app.next(); !record.content.empty(); record = app.next()) body += record.content;
    EXPECT_EQ(body, std::string(199995, 'x'));
    app.send(output(std::string(kHead)) + end());
    EXPECT_TRUE(client.read_until("0\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(FastCgi, BodiesWithoutALengthAreTakenInFirst) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    let_proxy_work();
    EXPECT_TRUE(endpoint.nobody_connected());
    client.send("4\r\nlast\r\n0\r\nX-Trailer: 1\r\n\r\n");
    auto app = application();
    const SeenRequest seen = app.request();
    EXPECT_EQ(seen.body, "firstlast");
    EXPECT_EQ(seen.param("CONTENT_LENGTH"), "9");
    EXPECT_EQ(seen.param("HTTP_TRANSFER_ENCODING"), "(none)");
    app.send(output(std::string(kHead)) + end());
    EXPECT_TRUE(client.read_until("0\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(FastCgi, ResponsesWithoutBody) {
    start();
    EXPECT_TRUE(
        answer(output("Content-Length: 9\n\n") + end(), "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .ends_with("Content-Length: 9\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(answer(output("Status: 204\n\nno") + end()).starts_with("HTTP/1.1 204 No Content\r\n"));
    EXPECT_TRUE(answer(output("Status: 304\n\n") + end()).ends_with("\r\n\r\n"));
    const std::string redirect = answer(output("Location: /there\n\n") + end());
    EXPECT_TRUE(redirect.starts_with("HTTP/1.1 302 Moved Temporarily\r\n") &&
                contains(redirect, "Location: /there\r\n"))
        << redirect;
}

TEST_F(FastCgi, NothingBeyondTheAnnouncedLength) {
    start();
    const std::string got = answer(output("Content-Length: 3\n\nabcsecret") + output("secret") + end());
    EXPECT_TRUE(got.ends_with("\r\n\r\nabc")) << got;
}

TEST_F(FastCgi, LessThanTheAnnouncedLengthLooksCut) {
    start();
    for (const std::string& bytes : {output("Content-Length: 9\n\nabc") + end(), output("Content-Length: 9\n\nabc")}) {
        auto client = this->client();
        client.send(kGet);
        auto app = application();
        app.request();
        app.send(bytes);
        app.socket().shutdown_write();
        const std::string got = client.read_to_end();
        EXPECT_TRUE(contains(got, "Content-Length: 9\r\n") && contains(got, "\r\n\r\nabc")) << got;
        EXPECT_EQ(responses_in(got), 1U);
    }
}

TEST_F(FastCgi, OnlyTheEndRecordEndsAResponse) {
    start();
    for (const std::string& bytes :
         {output("X: 1\n\nabc"), output("X: 1\n\nabc") + output(""), output("X: 1\n\nabc") + end(1),
          output("X: 1\n\nabc") + record(11, "12345678"), output("X: 1\n\nabc") + "HTTP/1.1"}) {
        auto client = this->client();
        client.send(kGet);
        auto app = application();
        app.request();
        app.send(bytes);
        app.socket().shutdown_write();
        const std::string got = client.read_to_end();
        EXPECT_TRUE(contains(got, "abc")) << got;
        EXPECT_FALSE(contains(got, "0\r\n\r\n")) << "it must look cut: " << got;
    }
}

struct BadResponse {
    const char* name;
    std::string bytes;
};

class RefusedFastCgi : public FastCgi, public testing::WithParamInterface<BadResponse> {};

TEST_P(RefusedFastCgi, Is502) {
    start();
    const std::string got = answer(GetParam().bytes);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << got;
    EXPECT_FALSE(contains(got, "secret"));
}

INSTANTIATE_TEST_SUITE_P(
    Responses, RefusedFastCgi,
    testing::Values(BadResponse{"Nothing", ""},
                    BadResponse{"Http", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"},
                    BadResponse{"HalfARecord", output("X: secret").substr(0, 10)},
                    BadResponse{"HalfAHead", output("X: secret\n") + end()}, BadResponse{"NoHead", end()},
                    BadResponse{"ErrorsAlone", errors("secret") + end()},
                    BadResponse{"OtherVersion", record(6, "X: 1\n\nsecret", 0, 1, 0)},
                    BadResponse{"OtherRequest", record(6, "X: 1\n\nsecret", 0, 7)},
                    BadResponse{"UnknownType", record(9, "secret")}, BadResponse{"UnknownRole", end(3)},
                    BadResponse{"Interim", output("Status: 100\n\nStatus: 200\n\nsecret") + end()},
                    BadResponse{"Tunnel", output("Status: 101\nUpgrade: a\nConnection: upgrade\n\nsecret")},
                    BadResponse{"NoField", output("secret\n\n") + end()},
                    BadResponse{"Folded", output("X: a\n secret\n\n") + end()},
                    BadResponse{"LengthConflict", output("Content-Length: 1\nContent-Length: 2\n\nsecret") + end()},
                    BadResponse{"LargeHead", output("X: " + std::string(60000, 'x')) + output(std::string(60000, 'x'))},
                    BadResponse{"TooManyFields", output(repeat("X: y\n", 300) + "\n") + end()},
                    BadResponse{"EndlessErrors", repeat(errors(std::string(60000, 'x')), 40)}),
    [](const auto& row) { return row.param.name; });

TEST_F(FastCgi, AnOverloadedApplicationHasDoneNothing) {
    config.policy(*route).retry.conditions = routing::retry_error;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    {
        auto app = application();
        app.request();
        app.send(end(2));
    }
    auto again = application();
    EXPECT_EQ(again.request().body, "body");
    again.send(output(std::string(kHead)) + end());
    EXPECT_TRUE(client.read_until("0\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(FastCgi, ABrokenConnectionIsTriedAgainWhereThatIsSafe) {
    config.policy(*route).retry.conditions = routing::retry_error;
    start();
    auto client = this->client();
    client.send(kGet);
    {
        application().request();
    }
    auto again = application();
    EXPECT_EQ(again.request().param("REQUEST_METHOD"), "GET");
    again.send(output(std::string(kHead)) + end());
    EXPECT_TRUE(client.read_until("0\r\n\r\n").starts_with("HTTP/1.1 200"));
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    {
        application().request();
    }
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502"));
}

TEST_F(FastCgi, AResponseMayComeBeforeTheEndOfTheBody) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nfirst");
    auto app = application();
    while (app.next().content != "first") {
    }
    app.send(output("Status: 413\nContent-Length: 2\n\nno") + end());
    EXPECT_TRUE(client.read_response().ends_with("no"));
}

TEST_F(FastCgi, AClientThatLeavesEndsTheRequest) {
    start();
    auto app = [&] {
        auto client = this->client();
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
        auto taken = application();
        while (taken.next().content != "some") {
        }
        return taken;
    }();
    EXPECT_TRUE(app.socket().read_to_end().ends_with("[reset]")) << "the body must look cut";
    EXPECT_TRUE(contains(answer(output("X: 1\n\nok") + end()), "ok"));
}

TEST_F(FastCgi, ASlowApplicationIs504) {
    config.policy(*route).timeouts.read = 1s;
    start();
    auto client = this->client();
    client.send(kGet);
    auto app = application();
    app.request();
    app.send(errors("thinking"));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 504"));
}

TEST_F(FastCgi, ClientsOfHttp2) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request({{":method", "POST"},
                                        {":scheme", "http"},
                                        {":path", "/a.php"},
                                        {":authority", "a.example"},
                                        {"cookie", "a=1"},
                                        {"cookie", "b=2"}},
                                       Http2Client::End::no);
    client.send(stream, "no length", Http2Client::End::yes);
    auto app = application();
    const SeenRequest seen = app.request();
    EXPECT_EQ(seen.body, "no length");
    EXPECT_EQ(seen.param("CONTENT_LENGTH"), "9");
    EXPECT_EQ(seen.param("SERVER_PROTOCOL"), "HTTP/2.0");
    EXPECT_EQ(seen.param("HTTP_HOST"), "a.example");
    EXPECT_EQ(seen.param("HTTP_COOKIE"), "a=1; b=2");
    app.send(output(std::string(kHead) + "one ") + output("two") + end());
    EXPECT_EQ(client.whole(stream).body, "one two");
}

TEST_F(FastCgi, HasNoTunnels) {
    start();
    Http2Client client(server->http_port());
    const Fields connect = {{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"},
                            {":path", "/chat"},     {":authority", "a"},        {"sec-websocket-version", "13"}};
    EXPECT_EQ(client.head_of(client.request(connect, Http2Client::End::no)).status(), "501");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(FastCgi, ErrorPagesReplaceItsErrors) {
    config.policy(*route).error_pages = routing::ErrorPages{.statuses = {404}};
    start();
    const std::string got = answer(output("Status: 404\n\nsecret") + end());
    EXPECT_TRUE(got.starts_with("HTTP/1.1 404")) << got;
    EXPECT_FALSE(contains(got, "secret"));
}

TEST_F(FastCgi, AKeptHttpConnectionToTheSameAddressIsLeftAlone) {
    config.route("_", "/plain", {endpoint.address()});
    start();
    auto client = this->client();
    client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n");
    auto plain = endpoint.accept();
    plain.read_until("\r\n\r\n");
    plain.send(kOk);
    client.read_response();
    client.send(kGet);
    auto app = application();
    EXPECT_EQ(app.request().param("SCRIPT_NAME"), "/x");
    app.send(output(std::string(kHead)) + end());
    client.read_until("0\r\n\r\n");
    EXPECT_FALSE(plain.wait_readable(0ms));
}

}  // namespace
}  // namespace fairway::wire
