// What the policies of a route do to requests and responses, over both protocols.
#include "routing/policy/cors.hpp"
#include "routing/policy/redirect.hpp"
#include "routing/text_template.hpp"
#include "wire/hostile_fixture.hpp"
#include "wire/http2_client.hpp"

namespace fairway::wire {
namespace {

class RoutePolicies : public HostileTest {
protected:
    routing::RoutePolicy& policy() { return config.policy(*route); }
    /// The head of the answer to a request that no endpoint may see.
    std::string own_answer(std::string_view request_line, std::string_view fields = "") {
        auto client = this->client();
        client.send(std::string(request_line) + " HTTP/1.1\r\nHost: a.example:8080\r\n" + std::string(fields) + "\r\n");
        auto answer = client.read_response();
        EXPECT_TRUE(endpoint.nobody_connected());
        return answer;
    }
    /// The head of the endpoint's answer as the client gets it.
    std::string relayed(std::string_view request_fields, std::string_view response_fields) {
        auto client = this->client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(request_fields) + "\r\n");
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + std::string(response_fields) + "\r\n");
        return client.read_response();
    }
};

TEST_F(RoutePolicies, RedirectAnswersEveryPathWithTheSameLocation) {
    policy().redirect = routing::Redirect{"https://b.example/new?x=1", 308};
    start();
    const auto answer = own_answer("POST /old?y=2", "Content-Length: 0\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 308 Permanent Redirect\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nLocation: https://b.example/new?x=1\r\n")) << answer;
}

TEST_F(RoutePolicies, RedirectToAPathNamesTheHostAsTheClientDid) {
    policy().redirect = routing::Redirect{"/new", 302};
    start();
    EXPECT_TRUE(contains(own_answer("GET /old"), "\r\nLocation: http://a.example:8080/new\r\n"));
    policy().relative_redirects = true;
    publish();
    EXPECT_TRUE(contains(own_answer("GET /old"), "\r\nLocation: /new\r\n"));
}

TEST_F(RoutePolicies, RedirectGoesBeforeTheOneToHttps) {
    policy().redirect = routing::Redirect{"https://b.example/", 301};
    policy().tls_redirect.force = true;
    start();
    EXPECT_TRUE(contains(own_answer("GET /"), "\r\nLocation: https://b.example/\r\n"));
}

TEST_F(RoutePolicies, VhostIsTheHostThatEndpointsSee) {
    policy().upstream_vhost = routing::literal_template("pods.internal");
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    const auto head = endpoint.accept().read_until("\r\n\r\n");
    EXPECT_TRUE(contains(head, "\r\nHost: pods.internal\r\n")) << head;
    EXPECT_TRUE(contains(head, "\r\nX-Forwarded-Host: a.example\r\n")) << head;
}

TEST_F(RoutePolicies, PreflightIsAnsweredWithoutTheEndpoint) {
    policy().cors = routing::Cors{};
    policy().tls_redirect.force = true;
    start();
    const auto answer = own_answer("OPTIONS /", "Origin: https://page.example\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 No Content\r\n")) << answer;
    for (const auto* field :
         {"Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true", "Access-Control-Max-Age: 1728000",
          "Access-Control-Allow-Methods: GET, PUT, POST, DELETE, PATCH, OPTIONS"})
        EXPECT_TRUE(contains(answer, "\r\n" + std::string(field) + "\r\n")) << field << "\n" << answer;
    EXPECT_FALSE(contains(answer, "Content-Length")) << answer;  // RFC 9110 section 8.6
}

TEST_F(RoutePolicies, CorsFieldsReplaceThoseOfTheEndpoint) {
    policy().cors = routing::Cors{.any_origin = false, .origins = {{"https://", true, ".example"}}};
    start();
    const auto answer =
        relayed("Origin: https://Page.Example\r\n", "access-control-allow-origin: evil\r\nVary: Accept\r\n");
    EXPECT_TRUE(contains(answer, "\r\nAccess-Control-Allow-Origin: https://Page.Example\r\n")) << answer;
    EXPECT_FALSE(contains(answer, "evil")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nVary: Origin\r\n") && contains(answer, "\r\nVary: Accept\r\n")) << answer;
}

TEST_F(RoutePolicies, OtherOriginsGetNoCorsField) {
    policy().cors = routing::Cors{.any_origin = false, .origins = {{"https://", true, ".example"}}};
    start();
    for (const auto* origin : {"https://a.b.example", "https://.example", "xhttps://a.example",
                               "https://a.example.evil", "http://a.example", "https://a.example:8443", ""}) {
        const auto answer = relayed("Origin: " + std::string(origin) + "\r\n", "");
        EXPECT_FALSE(contains(answer, "Access-Control")) << origin << "\n" << answer;
    }
}

TEST_F(RoutePolicies, CorsFieldsAreInErrorsToo) {
    policy().cors = routing::Cors{};
    policy().denied = "for the test";
    start();
    const auto answer = own_answer("GET /");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nAccess-Control-Allow-Origin: *\r\n")) << answer;
}

TEST_F(RoutePolicies, ActOverHttp2) {
    policy().cors = routing::Cors{};
    start();
    Http2Client client(server->http_port());
    const auto preflight =
        client.request({{":method", "OPTIONS"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}});
    const auto& answer = client.whole(preflight);
    EXPECT_EQ(answer.status(), "204");
    EXPECT_EQ(answer.field("access-control-allow-origin"), "*");
    policy().redirect = routing::Redirect{"/new", 307};
    publish();
    const auto moved = client.request({{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}});
    EXPECT_EQ(client.whole(moved).field("location"), "http://a/new");
}

}  // namespace
}  // namespace fairway::wire
