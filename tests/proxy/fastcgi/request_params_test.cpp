// What an application is told of a request.
#include "proxy/fastcgi/request_params.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "proxy/fastcgi/record_text.hpp"
#include "proxy/request_builder.hpp"
#include "routing/policy/fastcgi.hpp"

namespace fairway::proxy::fastcgi::test {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

class RequestParams : public testing::Test {
protected:
    RequestParams() {
        facts.peer = SocketAddress::parse("10.0.0.9:5555").value();
        facts.peer_text = "10.0.0.9";
        facts.local_port = 8080;
        route.policy = policy;
    }

    using Params = std::map<std::string, std::string>;

    Params params(std::string_view fields, std::string_view line = "GET /a/b?c=d HTTP/1.1") {
        const auto request = make_request(fields, line, names);
        const RequestOrigin origin{
            .peer = facts.peer.ip, .peer_text = facts.peer_text, .local_port = facts.local_port, .tls = facts.tls};
        auto values = forwarded_values(request.head, origin, settings.forwarded);
        RequestRecord record;
        record.connection = &facts;
        record.request = &request.head;
        record.new_target = &edits.target;
        record.route = &route;
        std::string text;
        ParamsWriter writer(text);
        add_params(writer, {request.head, values, settings, edits, nullptr, body_bytes}, record,
                   IpAddress::parse("192.0.2.1").value());
        writer.finish();
        Params found;
        for (const Record& one : take_records(text))
            for (const auto& [name, value] : pairs_of(one.content))
                EXPECT_TRUE(found.emplace(name, value).second) << name << " twice";
        return found;
    }
    void own(std::string index, std::vector<std::pair<std::string, std::string>> texts = {}) {
        routing::FastCgi fastcgi{.index = std::move(index), .params = {}};
        for (const auto& [name, text] : texts)
            fastcgi.params.push_back({name, routing::parse_text_template(text).value()});
        policy->fastcgi = std::move(fastcgi);
    }

    ConnectionFacts facts;
    http1::FieldNameRules names;
    routing::Settings settings;
    RequestEdits edits;
    std::optional<std::uint64_t> body_bytes;
    std::shared_ptr<routing::RoutePolicy> policy = std::make_shared<routing::RoutePolicy>();
    routing::Route route;
};

TEST_F(RequestParams, AreThoseOfNginx) {
    const auto seen = params("");
    const Params expected{{"QUERY_STRING", "c=d"},
                          {"REQUEST_METHOD", "GET"},
                          {"CONTENT_TYPE", ""},
                          {"CONTENT_LENGTH", ""},
                          {"SCRIPT_NAME", "/a/b"},
                          {"REQUEST_URI", "/a/b?c=d"},
                          {"DOCUMENT_URI", "/a/b"},
                          {"DOCUMENT_ROOT", "/usr/local/nginx/html"},
                          {"SERVER_PROTOCOL", "HTTP/1.1"},
                          {"REQUEST_SCHEME", "http"},
                          {"GATEWAY_INTERFACE", "CGI/1.1"},
                          {"SERVER_SOFTWARE", "fairway"},
                          {"REMOTE_ADDR", "10.0.0.9"},
                          {"REMOTE_PORT", "5555"},
                          {"SERVER_ADDR", "192.0.2.1"},
                          {"SERVER_PORT", "8080"},
                          {"SERVER_NAME", "_"},
                          {"REDIRECT_STATUS", "200"},
                          {"HTTP_HOST", "in.example:8080"},
                          {"HTTP_X_REAL_IP", "10.0.0.9"},
                          {"HTTP_X_FORWARDED_FOR", "10.0.0.9"},
                          {"HTTP_X_FORWARDED_HOST", "in.example:8080"},
                          {"HTTP_X_FORWARDED_PORT", "8080"},
                          {"HTTP_X_FORWARDED_PROTO", "http"},
                          {"HTTP_X_FORWARDED_SCHEME", "http"},
                          {"HTTP_X_SCHEME", "http"}};
    EXPECT_EQ(seen, expected);
}

TEST_F(RequestParams, SpellingsThatPhpTakesForOneDoNotStepInForEachOther) {
    names.ignore_invalid = false;
    const auto seen = params("X-Auth-User: real\r\nX.Auth.User: forged\r\nX~Auth~User: forged\r\nX.Own: 1\r\n");
    EXPECT_THAT(seen, Contains(Pair("HTTP_X_AUTH_USER", "real")));
    EXPECT_THAT(seen, Contains(Pair("HTTP_X_OWN", "1")));
}

TEST_F(RequestParams, OverTls) {
    facts.tls = true;
    facts.local_port = 8443;
    const auto seen = params("");
    EXPECT_THAT(seen, Contains(Pair("HTTPS", "on")));
    EXPECT_THAT(seen, Contains(Pair("REQUEST_SCHEME", "https")));
    EXPECT_THAT(seen, Contains(Pair("SERVER_PORT", "443")));
}

TEST_F(RequestParams, BodiesHaveTheirLengthAndTypeOnce) {
    auto seen = params("Content-Length: 007\r\nContent-Type: a/b\r\n", "POST / HTTP/1.1");
    EXPECT_THAT(seen, Contains(Pair("CONTENT_LENGTH", "7")));
    EXPECT_THAT(seen, Contains(Pair("CONTENT_TYPE", "a/b")));
    EXPECT_THAT(seen, Not(Contains(Key("HTTP_CONTENT_LENGTH"))));
    EXPECT_THAT(seen, Not(Contains(Key("HTTP_CONTENT_TYPE"))));
    body_bytes = 12;
    seen = params("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.1");
    EXPECT_THAT(seen, Contains(Pair("CONTENT_LENGTH", "12")));
    EXPECT_THAT(seen, Not(Contains(Key("HTTP_TRANSFER_ENCODING"))));
}

TEST_F(RequestParams, FieldsOfOneNameAreOneList) {
    const auto seen = params("X-A: 1\r\nCookie: a=1\r\nx-a: 2\r\nCookie: b=2\r\nX-Empty:\r\n");
    EXPECT_THAT(seen, Contains(Pair("HTTP_X_A", "1, 2")));
    EXPECT_THAT(seen, Contains(Pair("HTTP_COOKIE", "a=1; b=2")));
    EXPECT_THAT(seen, Contains(Pair("HTTP_X_EMPTY", "")));
}

TEST_F(RequestParams, NobodyStepsIntoAnothersPlace) {
    edits.fields.set("X-User", "alice");
    edits.fields.set("ssl-client-cert", "");  // taken away
    edits.fields.set("X_Ours", "ours");
    auto request = make_request("");
    const auto add = [&](std::string_view name, std::string_view value) {
        request.head.fields.push_back({name, value, field_id(name)});
    };
    add("X_User", "forged");
    add("ssl_client_cert", "forged");
    add("X-Ours", "forged");
    add("X_Real-IP", "forged");
    add("X_Forwarded_For", "forged");
    add("Proxy", "http://forged");
    add("Content_Length", "forged");
    add("A_B-C", "first");
    add("A-B_C", "second");
    add("D_E", "underscore");
    add("D-E", "usual");
    add("Free_One", "kept");
    RequestRecord record;
    record.connection = &facts;
    record.request = &request.head;
    record.route = &route;
    const RequestOrigin origin{.peer = facts.peer.ip, .peer_text = facts.peer_text, .local_port = 80};
    const auto values = forwarded_values(request.head, origin, settings.forwarded);
    std::string text;
    ParamsWriter writer(text);
    add_params(writer, {request.head, values, settings, edits}, record, {});
    writer.finish();
    Params seen;
    for (const Record& one : take_records(text))
        for (const auto& [name, value] : pairs_of(one.content)) {
            EXPECT_TRUE(seen.emplace(name, value).second) << name << " twice";
            EXPECT_EQ(value.find("forged"), std::string::npos) << name;
        }
    EXPECT_EQ(seen["HTTP_X_USER"], "alice");
    EXPECT_EQ(seen["HTTP_X_OURS"], "ours");
    EXPECT_EQ(seen["HTTP_A_B_C"], "first");
    EXPECT_EQ(seen["HTTP_D_E"], "usual");
    EXPECT_EQ(seen["HTTP_FREE_ONE"], "kept");
}

TEST_F(RequestParams, OwnOnesReplaceTheUsual) {
    own("index.php", {{"HTTP_X_A", "own"},
                      {"SCRIPT_FILENAME", "/app$fastcgi_script_name"},
                      {"SERVER_NAME", "$http_x_a${document_root}$fastcgi_path_info"}});
    auto seen = params("X-A: theirs\r\n", "GET /shop/?x HTTP/1.1");
    EXPECT_EQ(seen["SCRIPT_FILENAME"], "/app/shop/index.php");
    EXPECT_EQ(seen["SCRIPT_NAME"], "/shop/index.php");
    EXPECT_EQ(seen["DOCUMENT_URI"], "/shop/") << "nginx: only the script name has the index";
    EXPECT_EQ(seen["HTTP_X_A"], "own");
    EXPECT_EQ(seen["SERVER_NAME"], "theirs/usr/local/nginx/html");
    seen = params("", "GET /a%2Fb%0Ac/./x.php HTTP/1.1");
    EXPECT_EQ(seen["SCRIPT_FILENAME"], "/app/a/b\\x0Ac/x.php");
}

TEST_F(RequestParams, ARewriteIsWhatTheScriptIsCalledBy) {
    edits.target = "/front.php?x=1&c=d";
    edits.host = "inner.example";
    auto seen = params("");
    EXPECT_EQ(seen["SCRIPT_NAME"], "/front.php");
    EXPECT_EQ(seen["QUERY_STRING"], "x=1&c=d");
    EXPECT_EQ(seen["REQUEST_URI"], "/a/b?c=d");
    EXPECT_EQ(seen["HTTP_HOST"], "inner.example");
}

}  // namespace
}  // namespace fairway::proxy::fastcgi::test
