#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdlib>

#include "proxy/access_log/escape.hpp"
#include "proxy/access_log_record.hpp"

namespace fairway::proxy {
namespace {

using routing::LogEscape;

class AccessLogFormat : public testing::Test {
protected:
    static void SetUpTestSuite() {
        setenv("TZ", "UTC", 1);
        tzset();
    }
    RecordedRequest request;
};

TEST_F(AccessLogFormat, DefaultIsThatOfIngressNginx) {
    const std::string expected =
        "198.51.100.9 - - [28/Sep/2025:12:00:00 +0000] \"GET /cart?item=7 HTTP/1.1\" 200 612 \"-\" \"curl/8.5.0\" "
        "98 1.234 [shop-cart-80] [] 10.0.0.1:8080 612 0.005 200 0123456789abcdef0123456789abcdef";
    EXPECT_EQ(log_line("", request), expected);
    EXPECT_EQ(log_line(kDefaultLogFormat, request), expected);
}

TEST_F(AccessLogFormat, RefusedHeadHasNoTargetButItsLine) {
    request.refuse("GET /\x16 HTTP/1.1");
    request.record.request_id = {};
    EXPECT_EQ(log_line("", request), "198.51.100.9 - - [28/Sep/2025:12:00:00 +0000] \"GET /\\x16 HTTP/1.1\" 400 612 "
                                     "\"-\" \"-\" 98 1.234 [] [] - - - - -");
    EXPECT_EQ(log_line("$host $uri $server_protocol $request_method $arg_a $cookie_a $remote_user $is_args", request),
              "_ - - - - - - -");
}

struct VariableCase {
    const char* name;
    const char* variable;
    const char* text;
};

class AccessLogVariable : public testing::TestWithParam<VariableCase> {};

TEST_P(AccessLogVariable, HasNginxText) {
    RecordedRequest request;
    request.set_target("//cart/./a%22b", "item=7&Size=&item=8");
    request.add_field("Authorization", "Basic YWxpY2U6c2VjcmV0");  // alice:secret
    request.add_field("Cookie", "a=1; session = xyz ;b=2");
    request.add_field("Cookie", "late=9");
    request.add_field("X-Trace", "one");
    request.add_field("x-trace", "two");
    request.add_field("Content-Length", "5");
    request.add_field("Content-Type", "text/plain");
    request.add_response_field("Content-Type", "text/html");
    request.add_response_field("X-Pod", "kubia-1");
    EXPECT_EQ(log_line(GetParam().variable, request), GetParam().text) << GetParam().variable;
}

INSTANTIATE_TEST_SUITE_P(All, AccessLogVariable,
                         testing::ValuesIn(std::vector<VariableCase>{
                             {"RemoteAddr", "$remote_addr", "198.51.100.9"},
                             {"TheRealIp", "$the_real_ip", "198.51.100.9"},
                             {"BinaryRemoteAddr", "$binary_remote_addr", "\\xC63d\\x09"},
                             {"RemoteUser", "$remote_user", "alice"},
                             {"RemotePort", "$remote_port", "50000"},
                             {"RealipRemoteAddr", "$realip_remote_addr", "192.0.2.7"},
                             {"Connection", "$connection", "42"},
                             {"ConnectionRequests", "$connection_requests", "3"},
                             {"ServerPort", "$server_port", "80"},
                             {"PassServerPort", "$pass_server_port", "80"},
                             {"SslProtocol", "$ssl_protocol", "-"},
                             {"SslCipher", "$ssl_cipher", "-"},
                             {"SslServerName", "$ssl_server_name", "-"},
                             {"Scheme", "$scheme", "http"},
                             {"PassAccessScheme", "$pass_access_scheme", "https"},
                             {"Https", "$https", ""},
                             {"TimeLocal", "$time_local", "28/Sep/2025:12:00:00 +0000"},
                             {"TimeIso8601", "$time_iso8601", "2025-09-28T12:00:00+00:00"},
                             {"Msec", "$msec", "1759060800.045"},
                             {"RequestTime", "$request_time", "1.234"},
                             {"Request", "$request", "GET /cart?item=7 HTTP/1.1"},
                             {"RequestMethod", "$request_method", "GET"},
                             {"RequestUri", "$request_uri", "//cart/./a%22b?item=7&Size=&item=8"},
                             {"EscapedRequestUri", "$escaped_request_uri",
                              "%2F%2Fcart%2F.%2Fa%2522b%3Fitem%3D7%26Size%3D%26item%3D8"},
                             {"Uri", "$uri", "/cart/a\\x22b"},
                             {"DocumentUri", "$document_uri", "/cart/a\\x22b"},
                             {"Args", "$args", "item=7&Size=&item=8"},
                             {"QueryString", "$query_string", "item=7&Size=&item=8"},
                             {"IsArgs", "$is_args", "?"},
                             {"Arg", "$arg_item", "7"},
                             {"ArgInAnyCase", "$arg_size|", "|"},
                             {"ArgAbsent", "$arg_ite", "-"},
                             {"ServerProtocol", "$server_protocol", "HTTP/1.1"},
                             {"RequestLength", "$request_length", "98"},
                             {"Host", "$host", "shop.example.com"},
                             {"HttpHost", "$http_host", "Shop.example.com:8080"},
                             {"BestHttpHost", "$best_http_host", "Shop.example.com:8080"},
                             {"ReqId", "$req_id", "0123456789abcdef0123456789abcdef"},
                             {"RequestId", "$request_id", "0123456789abcdef0123456789abcdef"},
                             {"ContentLength", "$content_length", "5"},
                             {"ContentType", "$content_type", "text/plain"},
                             {"HttpUserAgent", "$http_user_agent", "curl/8.5.0"},
                             {"HttpReferer", "$http_referer", "-"},
                             {"HttpRepeatedField", "$http_x_trace", "one, two"},
                             {"HttpCookie", "$http_cookie", "a=1; session = xyz ;b=2; late=9"},
                             {"Cookie", "$cookie_session", "xyz"},
                             {"CookieOfSecondField", "$cookie_late", "9"},
                             {"CookieAbsent", "$cookie_ession", "-"},
                             {"Status", "$status", "200"},
                             {"BytesSent", "$bytes_sent", "777"},
                             {"BodyBytesSent", "$body_bytes_sent", "612"},
                             {"UpstreamHttp", "$upstream_http_x_pod", "kubia-1"},
                             {"UpstreamHttpAbsent", "$upstream_http_x_po", "-"},
                             {"SentHttp", "$sent_http_content_type", "text/html"},
                             {"ServerName", "$server_name", "shop.example.com"},
                             {"ProxyUpstreamName", "$proxy_upstream_name", "shop-cart-80"},
                             {"ProxyAlternative", "[$proxy_alternative_upstream_name]", "[]"},
                             {"Namespace", "$namespace", "shop"},
                             {"IngressName", "$ingress_name", "web"},
                             {"ServiceName", "$service_name", "cart"},
                             {"ServicePort", "$service_port", "80"},
                             {"LocationPath", "$location_path", "/cart"},
                             {"UpstreamAddr", "$upstream_addr", "10.0.0.1:8080"},
                             {"UpstreamStatus", "$upstream_status", "200"},
                             {"UpstreamResponseLength", "$upstream_response_length", "612"},
                             {"UpstreamResponseTime", "$upstream_response_time", "0.005"},
                             {"UpstreamConnectTime", "$upstream_connect_time", "0.000"},
                             {"UpstreamHeaderTime", "$upstream_header_time", "0.004"},
                             {"UpstreamCacheStatus", "$upstream_cache_status", "-"},
                             {"ProxyProtocolAddr", "$proxy_protocol_addr", "-"},
                             {"NamesInAnyCase", "$Remote_Addr", "198.51.100.9"},
                             {"Braces", "${status}00", "20000"},
                             {"Unknown", "$no_such_thing", "-"},
                         }),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_F(AccessLogFormat, ShowsTlsFactsOfTheConnection) {
    request.facts.tls = true;
    request.facts.tls_protocol = "TLSv1.3";
    request.facts.tls_cipher = "TLS_AES_256_GCM_SHA384";
    request.facts.server_name = "shop.example.com";
    EXPECT_EQ(log_line("$scheme $https $ssl_protocol $ssl_cipher $ssl_server_name", request),
              "https on TLSv1.3 TLS_AES_256_GCM_SHA384 shop.example.com");
}

TEST_F(AccessLogFormat, ListsEveryTry) {
    request.record.tries.clear();
    request.add_try("10.0.0.1:80", 0, -1, -1, 5.0, 0);
    request.add_try("[2001:db8::1]:8080", 503, 0.001, 0.0104, 0.0126, 7);
    request.add_try("10.0.0.3:80", 200, 0, 0.02, 0.03, 1024);
    EXPECT_EQ(log_line("$upstream_addr|$upstream_status|$upstream_response_length", request),
              "10.0.0.1:80, [2001:db8::1]:8080, 10.0.0.3:80|502, 503, 200|0, 7, 1024");
    EXPECT_EQ(log_line("$upstream_connect_time|$upstream_header_time|$upstream_response_time", request),
              "-, 0.001, 0.000|-, 0.010, 0.020|5.000, 0.013, 0.030");
}

TEST_F(AccessLogFormat, LastTryWithoutHeadShowsWhatTheClientWasTold) {
    for (const auto& [status, shown] : {std::pair<std::uint16_t, const char*>{504, "504"}, {502, "502"}, {499, "-"}}) {
        request.record.status = status;
        request.record.tries.back().status = 0;
        EXPECT_EQ(log_line("$upstream_status", request), shown) << status;
    }
}

TEST_F(AccessLogFormat, GrpcStatusIsThatOfCalls) {
    RecordedRequest request;
    EXPECT_EQ(log_line("$grpc_status", request), "-");
    request.record.grpc_status = 14;
    EXPECT_EQ(log_line("$status/$grpc_status", request), "200/14");
}

TEST_F(AccessLogFormat, NamesTheDefaultBackend) {
    request.route.backend = nullptr;
    request.route.owner = nullptr;
    request.record.rules = nullptr;
    request.record.tries.clear();
    EXPECT_EQ(log_line("[$proxy_upstream_name] [$namespace] [$service_name] $server_name $upstream_addr", request),
              "[upstream-default-backend] [] [] _ -");
}

TEST_F(AccessLogFormat, HostOfHttp2ComesFromAuthority) {
    request.head.fields.clear();
    request.head.version = Version::http_2;
    EXPECT_EQ(log_line("$http_host $server_protocol", request), "Shop.example.com:8080 HTTP/2.0");
}

TEST_F(AccessLogFormat, ClientAddressIsThePeerBeforeRealIpRulesApplied) {
    request.record.client_ip = {};
    EXPECT_EQ(log_line("$remote_addr", request), "192.0.2.7");
}

TEST_F(AccessLogFormat, NeverShowsThePasswordAndRefusesBrokenCredentials) {
    struct UserCase {
        const char* authorization;
        const char* user;
    };
    const UserCase cases[] = {
        {"Basic YWxpY2U6c2VjcmV0", "alice"},  // alice:secret
        {"basic  YWxpY2U6", "alice"},         // alice:
        {"Basic YWxpY2U=", "-"},              // alice, no colon
        {"Basic OnNlY3JldA==", "-"},          // :secret
        {"Basic !!!!", "-"},
        {"Basic", "-"},
        {"Basic ", "-"},
        {"Bearer YWxpY2U6c2VjcmV0", "-"},
        {"Basic YSJcCmI6cA==", "a\\x22\\x5C\\x0Ab"},  // a"\<LF>b:p
    };
    for (const auto& c : cases) {
        RecordedRequest one;
        one.add_field("Authorization", c.authorization);
        EXPECT_EQ(log_line("$remote_user", one), c.user) << c.authorization;
    }
}

TEST_F(AccessLogFormat, MissingValuesAreEmptyInJsonAndUnescaped) {
    EXPECT_EQ(log_line("<$http_referer$nothing$upstream_cache_status>", request, LogEscape::json), "<>");
    EXPECT_EQ(log_line("<$http_referer$nothing$upstream_cache_status>", request, LogEscape::none), "<>");
}

TEST_F(AccessLogFormat, JsonLinesParseWhateverTheClientSends) {
    std::string agent;
    for (int byte = 1; byte < 0x80; ++byte) agent += static_cast<char>(byte);
    request.head.fields[1].value = agent;
    const auto line = log_line(R"({"agent": "$http_user_agent", "status": $status})", request, LogEscape::json);
    const auto parsed = boost::json::parse(line);
    EXPECT_EQ(parsed.at("agent").as_string(), agent);
    EXPECT_EQ(parsed.at("status").as_int64(), 200);
}

TEST_F(AccessLogFormat, NoByteBreaksALine) {
    std::string hostile;
    for (int byte = 0; byte < 0x100; ++byte) hostile += static_cast<char>(byte);
    request.add_field("Referer", hostile);
    request.record.request_line = hostile;
    request.record.request_id = hostile;
    request.set_target("/%0d%0aforged%22", "");
    for (const auto escape : {LogEscape::standard, LogEscape::json, LogEscape::none}) {
        const auto line = log_line("$http_referer $request $req_id $uri", request, escape);
        EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos);
    }
    EXPECT_EQ(log_line("$uri", request), "/\\x0D\\x0Aforged\\x22");
}

TEST_F(AccessLogFormat, NormalisesLongPathsThatGrowTheText) {
    const std::string path = "/%22" + std::string(20000, '%').replace(0, 20000, 20000, 'a') + "%01";
    request.set_target(path, "");
    EXPECT_EQ(log_line("$uri", request), "/\\x22" + std::string(20000, 'a') + "\\x01");
}

TEST_F(AccessLogFormat, ConstantsOfTheProcessAreFilledIn) {
    EXPECT_EQ(log_line("$pid", request), std::to_string(getpid()));
    EXPECT_NE(log_line("$hostname", request), "");
}

TEST_F(AccessLogFormat, ReadsBackslashesAndBlockScalarsAsNginxDoes) {
    EXPECT_EQ(log_line(R"({\"s\": \"$status\"}\t\\\w)", request), "{\"s\": \"200\"}\t\\\\w");
    EXPECT_EQ(log_line("a $status\n", request), "a 200");
    EXPECT_EQ(log_line("tail\\", request), "tail\\");
}

TEST(AccessLogCompile, SaysWhatIsNeededAndUnknown) {
    const auto plain = LogFormat::compile("", LogEscape::standard).value();
    EXPECT_FALSE(plain.needs_response_fields());
    EXPECT_TRUE(plain.unknown_variables().empty());
    EXPECT_TRUE(LogFormat::compile("$upstream_http_etag", LogEscape::json).value().needs_response_fields());
    EXPECT_TRUE(LogFormat::compile("$sent_http_etag", LogEscape::json).value().needs_response_fields());
    const auto strange = LogFormat::compile("$nosuch $status $nosuch ${foo} $http_", LogEscape::standard).value();
    EXPECT_EQ(strange.unknown_variables(), (std::vector<std::string>{"nosuch", "foo", "http_"}));
}

TEST(AccessLogCompile, RefusesADollarWithoutAName) {
    for (const char* text : {"$", "a $ b", "$-", "${", "${status", "${sta-tus}", "${}"}) {
        const auto compiled = LogFormat::compile(text, LogEscape::standard);
        ASSERT_FALSE(compiled) << text;
        EXPECT_NE(compiled.error().message.find("write $name or ${name}"), std::string::npos)
            << compiled.error().message;
    }
}

TEST(AccessLogEscape, FollowsNginxByteForByte) {
    for (int byte = 0; byte < 0x100; ++byte) {
        // At every place of a word, so that the fast path is met too.
        for (std::size_t place = 0; place < 9; ++place) {
            std::string value(9, 'x');
            value[place] = static_cast<char>(byte);
            char expected[8] = {static_cast<char>(byte), 0};
            std::size_t size = 1;
            if (byte < 0x20 || byte == '"' || byte == '\\' || byte > 0x7e)
                size = static_cast<std::size_t>(
                    std::snprintf(expected, sizeof expected, "\\x%02X", static_cast<unsigned>(byte)));
            LogText out;
            append_escaped(out, value, LogEscape::standard);
            ASSERT_EQ(out.view(), std::string(place, 'x') + std::string(expected, size) + std::string(8 - place, 'x'));
        }
    }
}

TEST(AccessLogEscape, JsonKeepsUtf8AndShortForms) {
    LogText out;
    append_escaped(out, "\n\r\t\b\f\x01\x1f\"\\/\x7fgr\xc3\xbc\xc3\x9f", LogEscape::json);
    EXPECT_EQ(out.view(), "\\n\\r\\t\\b\\f\\u0001\\u001F\\\"\\\\/\x7fgr\xc3\xbc\xc3\x9f");
}

TEST(AccessLogTime, FollowsTheClockAndTheTimeZone) {
    setenv("TZ", "NST+03:30", 1);  // west of Greenwich, half an hour
    tzset();
    TimeTexts times;
    times.set(kLogTime);
    EXPECT_EQ(times.local(), "28/Sep/2025:08:30:00 -0330");
    EXPECT_EQ(times.iso8601(), "2025-09-28T08:30:00-03:30");
    setenv("TZ", "UTC", 1);
    tzset();
    times.set(kLogTime + std::chrono::milliseconds(900));
    EXPECT_EQ(times.msec(), "1759060800.945");
    EXPECT_EQ(times.local(), "28/Sep/2025:08:30:00 -0330") << "within the second nothing else is computed";
    times.set(kLogTime + std::chrono::milliseconds(955));
    EXPECT_EQ(times.msec(), "1759060801.000");
    EXPECT_EQ(times.local(), "28/Sep/2025:12:00:01 +0000");
}

}  // namespace
}  // namespace fairway::proxy
