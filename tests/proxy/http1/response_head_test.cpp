// Response heads and trailers: what a backend may say, and what makes its answer invalid.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {
namespace {

struct Parsed {
    HeadError error = HeadError::incomplete;
    std::size_t consumed = 0;
    ResponseHead head;
};

Parsed parse(std::string_view bytes, Method request_method = Method::get) {
    Parsed parsed;
    std::size_t scanned = 0;
    const auto result = parse_response_head(bytes, scanned, {}, request_method, parsed.head);
    parsed.error = result.error;
    parsed.consumed = result.consumed;
    return parsed;
}

Parsed parse_slowly(std::string_view bytes) {
    Parsed parsed;
    std::size_t scanned = 0;
    for (std::size_t size = 1; size <= bytes.size() && parsed.error == HeadError::incomplete; ++size) {
        const auto result = parse_response_head(bytes.substr(0, size), scanned, {}, Method::get, parsed.head);
        parsed.error = result.error;
        parsed.consumed = result.consumed;
    }
    return parsed;
}

std::string response(std::string_view fields, std::string_view line = "HTTP/1.1 200 OK") {
    return std::string(line) + "\r\n" + std::string(fields) + "\r\n";
}

TEST(ResponseHead, ReadsAnOrdinaryResponse) {
    const std::string bytes = response("Content-Length: 5\r\nSet-Cookie: a=b\r\n") + "hello";
    const auto [error, consumed, head] = parse(bytes);
    ASSERT_EQ(error, HeadError::none) << to_text(error);
    EXPECT_EQ(consumed, bytes.size() - 5);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.reason, "OK");
    EXPECT_EQ(head.version, Version::http_1_1);
    EXPECT_EQ(head.framing, Framing::content_length);
    EXPECT_EQ(head.content_length, 5U);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_EQ(head.fields.size(), 2U);
}

TEST(ResponseHead, TakesEveryReasonThatServersSend) {
    const struct {
        const char* line;
        const char* reason;
    } cases[] = {
        {"HTTP/1.1 200 OK", "OK"},
        {"HTTP/1.1 200 ", ""},
        {"HTTP/1.1 200", ""},
        {"HTTP/1.0 404 Not Found", "Not Found"},
        {"HTTP/1.1 599 \xc3\xa4\ta", "\xc3\xa4\ta"},
    };
    for (const auto& c : cases) {
        const auto bytes = response("", c.line);
        EXPECT_EQ(parse(bytes).error, HeadError::none) << c.line;
        EXPECT_EQ(parse(bytes).head.reason, c.reason) << c.line;
    }
}

TEST(ResponseFraming, FollowsRfc9112) {
    const struct {
        const char* line;
        const char* fields;
        Method method;
        Framing framing;
    } cases[] = {
        {"HTTP/1.1 200 OK", "", Method::get, Framing::until_close},
        {"HTTP/1.0 200 OK", "", Method::get, Framing::until_close},
        {"HTTP/1.1 200 OK", "Content-Length: 0\r\n", Method::get, Framing::content_length},
        {"HTTP/1.0 200 OK", "Content-Length: 5\r\n", Method::get, Framing::content_length},
        {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", Method::get, Framing::chunked},
        {"HTTP/1.1 200 OK", "Content-Length: 5\r\n", Method::head, Framing::none},
        {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", Method::head, Framing::none},
        {"HTTP/1.1 200 OK", "", Method::head, Framing::none},
        {"HTTP/1.1 304 Not Modified", "Content-Length: 5\r\n", Method::get, Framing::none},
        {"HTTP/1.1 304 Not Modified", "Transfer-Encoding: chunked\r\n", Method::get, Framing::none},
        {"HTTP/1.1 204 No Content", "", Method::get, Framing::none},
        {"HTTP/1.1 204 No Content", "Content-Length: 0\r\n", Method::get, Framing::none},
        {"HTTP/1.1 100 Continue", "", Method::post, Framing::none},
        {"HTTP/1.1 101 Switching Protocols", "Connection: upgrade\r\nUpgrade: x\r\n", Method::get, Framing::none},
        {"HTTP/1.1 103 Early Hints", "Link: x\r\n", Method::get, Framing::none},
    };
    for (const auto& c : cases) {
        const auto parsed = parse(response(c.fields, c.line), c.method);
        EXPECT_EQ(parsed.error, HeadError::none) << c.line << ' ' << c.fields;
        EXPECT_EQ(parsed.head.framing, c.framing) << c.line << ' ' << c.fields;
    }
}

TEST(ResponseFraming, MergesEqualLengths) {
    for (const char* fields : {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
                               "Content-Length: 5,5\r\nContent-Length: 5\r\n"}) {
        const auto parsed = parse(response(fields));
        EXPECT_EQ(parsed.error, HeadError::none) << fields;
        EXPECT_EQ(parsed.head.content_length, 5U) << fields;
    }
}

TEST(ResponseConnection, DecidesPersistence) {
    const auto keeps = [](const char* line, const char* fields) {
        return parse(response(fields, line)).head.keep_alive;
    };
    EXPECT_TRUE(keeps("HTTP/1.1 200 OK", "Content-Length: 0\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1 200 OK", "Content-Length: 0\r\nConnection: close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1 200 OK", ""));
    EXPECT_FALSE(keeps("HTTP/1.0 200 OK", "Content-Length: 0\r\n"));
    EXPECT_TRUE(keeps("HTTP/1.0 200 OK", "Content-Length: 0\r\nConnection: keep-alive\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1 204 No Content", "Content-Length: 5\r\n")) << "surplus bytes may follow";
}

TEST(ResponseUpgrade, IsWhatConnectionNames) {
    const auto bytes = response("Connection: Upgrade\r\nUpgrade: websocket\r\n", "HTTP/1.1 101 Switching Protocols");
    EXPECT_EQ(parse(bytes).head.upgrade, "websocket");
    EXPECT_EQ(parse(response("Upgrade: h2c\r\n")).head.upgrade, "");
}

struct Refused {
    const char* name;
    std::string bytes;
    HeadError error;
};

class RefusedResponse : public testing::TestWithParam<Refused> {};

TEST_P(RefusedResponse, WholeOrByteByByte) {
    const auto& c = GetParam();
    EXPECT_EQ(parse(c.bytes).error, c.error) << to_text(parse(c.bytes).error);
    EXPECT_EQ(parse_slowly(c.bytes).error, c.error) << to_text(parse_slowly(c.bytes).error);
}

const Refused kRefused[] = {
    {"NoHttp", "hello world, this is not HTTP\r\n\r\n", HeadError::bad_status_line},
    {"TwoDigits", response("", "HTTP/1.1 20 OK"), HeadError::bad_status_line},
    {"FourDigits", response("", "HTTP/1.1 2000 OK"), HeadError::bad_status_line},
    {"Letters", response("", "HTTP/1.1 2xx OK"), HeadError::bad_status_line},
    {"StatusZero", response("", "HTTP/1.1 000 OK"), HeadError::bad_status_line},
    {"Status600", response("", "HTTP/1.1 600 OK"), HeadError::bad_status_line},
    {"Status099", response("", "HTTP/1.1 099 OK"), HeadError::bad_status_line},
    {"TwoSpaces", response("", "HTTP/1.1  200 OK"), HeadError::bad_status_line},
    {"TabAfterStatus", response("", "HTTP/1.1 200\tOK"), HeadError::bad_status_line},
    {"ControlInReason", response("", "HTTP/1.1 200 O\x01K"), HeadError::bad_status_line},
    {"Version2", response("", "HTTP/2.0 200 OK"), HeadError::bad_version},
    {"Version09", response("", "HTTP/0.9 200 OK"), HeadError::bad_version},
    {"LowerCase", response("", "http/1.1 200 OK"), HeadError::bad_status_line},
    {"Short", "HTTP/1.1\r\n\r\n", HeadError::bad_status_line},
    {"EmptyLineFirst", "\r\nHTTP/1.1 200 OK\r\n\r\n", HeadError::bad_status_line},
    {"BareLf", "HTTP/1.1 200 OK\nContent-Length: 5\n\n", HeadError::bad_line_end},
    {"CrInValue", response("A: b\rc\r\n"), HeadError::bad_line_end},
    {"NulInValue", response(std::string("A: b\0c\r\n", 8)), HeadError::bad_field_value},
    {"Fold", response("A: b\r\n c\r\n"), HeadError::obsolete_fold},
    {"SpaceBeforeColon", response("Content-Length : 5\r\n"), HeadError::bad_field_name},
    {"LengthsDiffer", response("Content-Length: 5\r\nContent-Length: 6\r\n"), HeadError::bad_content_length},
    {"LengthListDiffers", response("Content-Length: 5, 6\r\n"), HeadError::bad_content_length},
    {"LengthListEndsEmpty", response("Content-Length: 5,\r\n"), HeadError::bad_content_length},
    {"LengthNegative", response("Content-Length: -5\r\n"), HeadError::bad_content_length},
    {"LengthTooLarge", response("Content-Length: 99999999999999999999\r\n"), HeadError::bad_content_length},
    {"LengthAndChunked", response("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), HeadError::length_conflict},
    {"GzipChunked", response("Transfer-Encoding: gzip, chunked\r\n"), HeadError::bad_transfer_encoding},
    {"ChunkedTwice", response("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
     HeadError::bad_transfer_encoding},
    {"Identity", response("Transfer-Encoding: identity\r\n"), HeadError::bad_transfer_encoding},
    {"ChunkedFromHttp10", response("Transfer-Encoding: chunked\r\n", "HTTP/1.0 200 OK"),
     HeadError::bad_transfer_encoding},
    {"SwitchWithoutUpgrade", response("", "HTTP/1.1 101 Switching Protocols"), HeadError::bad_upgrade},
    {"SwitchNotNamed", response("Upgrade: websocket\r\n", "HTTP/1.1 101 Switching Protocols"), HeadError::bad_upgrade},
    {"SwitchFromHttp10", response("Connection: upgrade\r\nUpgrade: x\r\n", "HTTP/1.0 101 X"), HeadError::bad_upgrade},
    {"ChunkedIn204", response("Transfer-Encoding: chunked\r\n", "HTTP/1.1 204 No Content"),
     HeadError::bad_transfer_encoding},
    {"ChunkedIn100", response("Transfer-Encoding: chunked\r\n", "HTTP/1.1 100 Continue"),
     HeadError::bad_transfer_encoding},
};
auto name_of = [](const auto& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Backend, RefusedResponse, testing::ValuesIn(kRefused), name_of);

TEST(ResponseHead, IsIncompleteUntilItsLastByte) {
    const std::string bytes = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_EQ(parse(bytes.substr(0, size)).error, HeadError::incomplete) << size;
}

struct Trailers {
    HeadResult result;
    std::vector<std::string> names;
};

Trailers trailers(std::string_view bytes, std::size_t piece) {
    FieldList fields;
    Trailers found;
    std::size_t scanned = 0;
    for (std::size_t size = std::min(piece, bytes.size());; size = std::min(size + piece, bytes.size())) {
        found.result = parse_trailers(bytes.substr(0, size), scanned, {}, fields);
        if (found.result.error != HeadError::incomplete || size == bytes.size()) break;
    }
    for (const auto& field : fields) found.names.emplace_back(field.name);
    return found;
}

TEST(Trailers, AreReadWithoutThoseThatComeTooLate) {
    using Names = std::vector<std::string>;
    const std::string bytes =
        "Grpc-Status: 0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: h\r\nAuthorization: x\r\n"
        "Cookie: a\r\nX-Forwarded-For: 1.2.3.4\r\nContent-Encoding: gzip\r\nRange: x\r\nServer-Timing: y\r\n\r\nrest";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
        const auto found = trailers(bytes, piece);
        EXPECT_EQ(found.result.error, HeadError::none);
        EXPECT_EQ(found.result.consumed, bytes.size() - 4);
        EXPECT_EQ(found.names, (Names{"Grpc-Status", "Server-Timing"}));
    }
}

TEST(Trailers, MayBeNone) {
    for (const std::size_t piece : {1, 2}) EXPECT_EQ(trailers("\r\n", piece).result.consumed, 2U);
    EXPECT_EQ(trailers("", 1).result.error, HeadError::incomplete);
    EXPECT_EQ(trailers("\r", 1).result.error, HeadError::incomplete);
}

TEST(Trailers, AreHeldToTheSameGrammar) {
    for (const std::size_t piece : {1, 100}) {
        EXPECT_EQ(trailers("A: b\n\n", piece).result.error, HeadError::bad_line_end);
        EXPECT_EQ(trailers("\n", piece).result.error, HeadError::bad_line_end);
        EXPECT_EQ(trailers("A : b\r\n\r\n", piece).result.error, HeadError::bad_field_name);
        EXPECT_EQ(trailers("A: b\r\n c\r\n\r\n", piece).result.error, HeadError::obsolete_fold);
    }
}

}  // namespace
}  // namespace fairway::proxy::http1
