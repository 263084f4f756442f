// The parts of HTTP/2 towards endpoints that need no connection: heads in both directions, bodies, PING.
#include <gtest/gtest.h>

#include "proxy/http1/head_parser.hpp"
#include "proxy/http2/liveness.hpp"
#include "proxy/http2/received_body.hpp"
#include "proxy/http2/received_trailers.hpp"
#include "proxy/http2/request_fields.hpp"
#include "proxy/http2/response_assembler.hpp"
#include "proxy/http2/stream_waits.hpp"

namespace fairway::proxy::http2 {
namespace {

using namespace std::chrono_literals;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// --- Responses ---

class ResponseHeads : public testing::Test {
protected:
    bool parses(const Pairs& fields, bool end_stream = false, Method method = Method::get,
                std::size_t max_bytes = 4096) {
        ResponseAssembler assembler(buffers);
        assembler.begin(max_bytes);
        for (const auto& [name, value] : fields) assembler.add(name, value);
        text = assembler.finish(end_stream);
        return text.size != 0 && parse_response(text, max_bytes, method, head);
    }

    io::BufferPool buffers;
    ResponseText text;
    ResponseHead head;
};

TEST_F(ResponseHeads, FieldsAndLengthAreUnderstood) {
    ASSERT_TRUE(parses({{":status", "200"}, {"content-length", "5"}, {"x-app", " 1 "}, {"set-cookie", "a"}}));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.version, Version::http_2);
    EXPECT_EQ(head.framing, Framing::content_length);
    EXPECT_EQ(head.content_length, 5u);
    EXPECT_EQ(find_field(head.fields, "x-app"), "1");
    EXPECT_FALSE(text.is_interim());
    ASSERT_TRUE(parses({{":status", "200"}}));
    EXPECT_EQ(head.framing, Framing::chunked);
    ASSERT_TRUE(parses({{":status", "103"}, {"link", "</a>"}}));
    EXPECT_TRUE(text.is_interim());
}

TEST_F(ResponseHeads, AnEndWithTheHeadIsABodyOfLengthNone) {
    ASSERT_TRUE(parses({{":status", "200"}, {"grpc-status", "12"}}, true));
    EXPECT_EQ(head.framing, Framing::none);
    EXPECT_TRUE(head.has_content_length);
    EXPECT_EQ(head.content_length, 0u);
    ASSERT_TRUE(parses({{":status", "200"}, {"content-length", "9"}}, true, Method::head));
    EXPECT_EQ(head.content_length, 9u);
    EXPECT_FALSE(parses({{":status", "200"}, {"content-length", "9"}}, true));
    ASSERT_TRUE(parses({{":status", "204"}}, true));
    EXPECT_FALSE(head.has_content_length);
}

TEST_F(ResponseHeads, WhatHttp2DoesNotAllowIsRefused) {
    for (const Pairs& fields : std::vector<Pairs>{
             {},
             {{"x", "1"}},
             {{"x", "1"}, {":status", "200"}},
             {{":status", "200"}, {":status", "200"}},
             {{":status", "200"}, {":path", "/"}},
             {{":status", ""}},
             {{":status", "20"}},
             {{":status", "+20"}},
             {{":status", "2 0"}},
             {{":status", "099"}},
             {{":status", "600"}},
             {{":status", "101"}},
             {{":status", "101"}, {"upgrade", "x"}, {"connection", "upgrade"}},
             {{":status", "200"}, {"connection", "keep-alive"}},
             {{":status", "200"}, {"keep-alive", "1"}},
             {{":status", "200"}, {"proxy-connection", "1"}},
             {{":status", "200"}, {"upgrade", "x"}},
             {{":status", "200"}, {"transfer-encoding", "chunked"}},
             {{":status", "200"}, {"content-length", "1"}, {"content-length", "2"}},
             {{":status", "200"}, {"", "1"}},
             {{":status", "200"}, {"a b", "1"}},
             {{":status", "200"}, {"a\r\nb", "1"}},
             {{":status", "200"}, {"x", "a\r\nb: c"}},
             {{":status", "200"}, {"x", "a\nb"}},
             {{":status", "200"}, {"x", std::string("\0", 1)}},
         })
        EXPECT_FALSE(parses(fields)) << (fields.empty() ? "" : fields.back().first + "=" + fields.back().second);
}

TEST_F(ResponseHeads, SizeIsBounded) {
    EXPECT_TRUE(parses({{":status", "200"}, {"x", std::string(4000, 'x')}}));
    EXPECT_FALSE(parses({{":status", "200"}, {"x", std::string(4096, 'x')}}));
    EXPECT_TRUE(parses({{":status", "200"}, {"x", std::string(60'000, 'x')}}, false, Method::get, 65536));
}

// --- Requests ---

class RequestFields : public testing::Test {
protected:
    Pairs fields_of(const UpstreamRequest& request, std::string_view scheme = "http") {
        set_request_fields(block, scratch, request, scheme);
        Pairs list;
        for (std::size_t i = 0; i < block.size(); ++i) {
            const nghttp2_nv& field = block.data()[i];
            list.emplace_back(std::string(reinterpret_cast<const char*>(field.name), field.namelen),
                              std::string(reinterpret_cast<const char*>(field.value), field.valuelen));
        }
        return list;
    }
    Pairs fields_of(std::string_view text, std::string_view scheme = "http") {
        std::size_t scanned = 0;
        EXPECT_EQ(http1::parse_request_head(text, scanned, {}, {}, head).error, http1::HeadError::none);
        origin.peer = *IpAddress::parse("10.0.0.9");
        origin.peer_text = "10.0.0.9";
        origin.local_port = 80;
        const auto values = forwarded_values(head, origin, settings.forwarded);
        return fields_of(UpstreamRequest{head, values, settings, edits}, scheme);
    }
    static std::string value(const Pairs& list, std::string_view name) {
        std::string all;
        for (const auto& [key, text] : list)
            if (key == name) all += (all.empty() ? "" : "|") + text;
        return all;
    }

    routing::Settings settings;
    RequestEdits edits;
    RequestOrigin origin;
    RequestHead head;
    FieldBlock block;
    OutBuffer scratch;
};

TEST_F(RequestFields, PseudoHeadersComeFirst) {
    const Pairs list = fields_of("GET /a?b HTTP/1.1\r\nHost: Shop:81\r\nX-App: 1\r\n\r\n", "https");
    ASSERT_GE(list.size(), 4u);
    EXPECT_EQ(Pairs(list.begin(), list.begin() + 4),
              (Pairs{{":method", "GET"}, {":scheme", "https"}, {":authority", "Shop:81"}, {":path", "/a?b"}}));
    EXPECT_EQ(value(list, "X-App"), "1");  // nghttp2 makes names lower-case
    EXPECT_EQ(value(list, "X-Real-IP"), "10.0.0.9");
    EXPECT_EQ(value(list, "X-Forwarded-Port"), "80");
    EXPECT_EQ(value(list, "host") + value(list, "Host"), "");
}

TEST_F(RequestFields, WhatBelongsToTheClientsHopStaysThere) {
    const Pairs list = fields_of(
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: x-hop, upgrade\r\nX-Hop: 1\r\nUpgrade: websocket\r\nKeep-Alive: "
        "5\r\n"
        "Proxy-Connection: x\r\nTE: gzip\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nProxy: evil\r\n\r\n");
    for (const char* name : {"Connection", "X-Hop", "Upgrade", "Keep-Alive", "Proxy-Connection", "TE", "te",
                             "Transfer-Encoding", "Expect", "Proxy", "content-length"})
        EXPECT_EQ(value(list, name), "") << name;
}

TEST_F(RequestFields, TrailersAreAnnouncedForWhoTakesThem) {
    EXPECT_EQ(value(fields_of("GET / HTTP/1.1\r\nHost: a\r\nConnection: TE\r\nTE: trailers\r\n\r\n"), "te"),
              "trailers");
    EXPECT_EQ(
        value(fields_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 07\r\nContent-Type: Application/gRPC+x\r\n\r\n"),
              "te"),
        "trailers");
    const Pairs list = fields_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 07\r\n\r\n");
    EXPECT_EQ(value(list, "te"), "");
    EXPECT_EQ(value(list, "content-length"), "7");
}

TEST_F(RequestFields, JoinedFieldsAreOneField) {
    settings.forwarded.use_forwarded_headers = settings.forwarded.compute_full_forwarded_for = true;
    const Pairs list =
        fields_of("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n");
    EXPECT_EQ(value(list, "X-Forwarded-For"), "1.1.1.1, 2.2.2.2, 10.0.0.9");
    EXPECT_EQ(value(list, "X-Original-Forwarded-For"), "1.1.1.1, 2.2.2.2");
}

// --- Bodies and trailers ---

std::string text_of(const BodyPieces& body) {
    std::string all;
    for (const iovec& piece : body.pieces) all.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    return all;
}

TEST(ReceivedBody, LendsWhatIsThereAndKeepsItInPlace) {
    io::BufferPool buffers;
    ReceivedBody body(buffers);
    body.append("abc");
    const BodyPieces first = body.lend(false);
    body.append("def");
    EXPECT_EQ(text_of(first), "abc");
    EXPECT_FALSE(first.last);
    EXPECT_FALSE(body.all_lent());
    EXPECT_EQ(body.take_back(), 3u);
    const BodyPieces second = body.lend(true);
    EXPECT_EQ(text_of(second), "def");
    EXPECT_TRUE(second.last);
    EXPECT_EQ(body.take_back(), 3u);
    EXPECT_TRUE(body.empty());
    EXPECT_EQ(body.take_back(), 0u);
    EXPECT_EQ(body.received(), 6u);
}

TEST(ReceivedBody, ManyPiecesComeInTurns) {
    io::BufferPool buffers;
    ReceivedBody body(buffers);
    std::string sent;
    for (int i = 0; i < 20; ++i) sent += std::string(io::BufferPool::kSmall, static_cast<char>('a' + i));
    body.append(sent);
    std::string received;
    for (bool last = false; !last; body.take_back()) {
        const BodyPieces pieces = body.lend(true);
        EXPECT_LE(pieces.pieces.size(), 16u);
        received += text_of(pieces);
        last = pieces.last;
    }
    EXPECT_EQ(received, sent);
}

TEST(ReceivedTrailers, WhatMustNotBeOneIsLeftOut) {
    ReceivedTrailers trailers;
    trailers.begin();
    trailers.add("grpc-status", "0", 1024);
    trailers.add(":status", "200", 1024);
    trailers.add("content-length", "5", 1024);
    trailers.add("x", "a\r\nb", 1024);
    trailers.complete(1024);
    ASSERT_EQ(trailers.fields().size(), 1u);
    EXPECT_EQ(trailers.fields().front().value, "0");
    EXPECT_FALSE(trailers.too_large());
    trailers.begin();
    trailers.add("x", std::string(2000, 'x'), 1024);
    EXPECT_TRUE(trailers.too_large());
}

TEST(ReceivedTrailers, LargeOnesFitIfTheLimitSaysSo) {
    ReceivedTrailers trailers;
    trailers.begin();
    trailers.add("grpc-status-details-bin", std::string(40'000, 'x'), 65536);
    trailers.add("grpc-status", "3", 65536);
    trailers.complete(65536);
    EXPECT_EQ(find_field(trailers.fields(), "grpc-status"), "3");
}

// --- PING ---

TEST(Liveness, SilenceIsAskedAboutOnceAndThenSeldom) {
    Liveness liveness({.quiet = 15s, .patience = 20s});
    io::TimePoint now = io::Clock::now();
    const io::TimePoint begun = now;
    liveness.begin(now);
    EXPECT_EQ(liveness.check(now + 14s), Liveness::Verdict::wait);
    EXPECT_EQ(liveness.due(), now + 15s);
    EXPECT_EQ(liveness.check(now + 15s), Liveness::Verdict::ping);
    EXPECT_EQ(liveness.check(now + 16s), Liveness::Verdict::wait);
    liveness.heard(now + 17s);  // the acknowledgement
    EXPECT_EQ(liveness.check(now + 60s), Liveness::Verdict::wait);
    EXPECT_EQ(liveness.due(), begun + 15s + 310s);
    EXPECT_EQ(liveness.check(now + 326s), Liveness::Verdict::ping);
}

TEST(Liveness, NoAnswerIsDeath) {
    Liveness liveness({.quiet = 15s, .patience = 20s});
    const io::TimePoint now = io::Clock::now();
    liveness.begin(now);
    EXPECT_EQ(liveness.check(now + 15s), Liveness::Verdict::ping);
    EXPECT_EQ(liveness.check(now + 34s), Liveness::Verdict::wait);
    EXPECT_EQ(liveness.check(now + 35s), Liveness::Verdict::dead);
}

TEST(Liveness, AnAnswerAllowsTheNextPingSoon) {
    Liveness liveness({.quiet = 15s, .patience = 20s});
    const io::TimePoint now = io::Clock::now();
    liveness.begin(now);
    EXPECT_EQ(liveness.check(now + 15s), Liveness::Verdict::ping);
    liveness.heard(now + 16s);
    liveness.answered();
    EXPECT_EQ(liveness.check(now + 31s), Liveness::Verdict::ping);
}

// --- Waits ---

struct Noting final : io::Waiter {
    void wake(io::Wake reason) override {
        reasons.push_back(reason);
        if (then) then();
    }
    std::vector<io::Wake> reasons;
    std::function<void()> then;
};

TEST(StreamWaits, EachWaitHasItsDeadline) {
    io::Reactor reactor;
    StreamWaits waits(reactor);
    Noting input;
    Noting output;
    waits.wait(StreamWaits::For::input, input, 10ms);
    waits.wait(StreamWaits::For::output, output, 10min);
    input.then = [&] { reactor.stop(); };
    reactor.run([](io::TimePoint) { return 100ms; });
    EXPECT_EQ(input.reasons, (std::vector{io::Wake::timeout}));
    EXPECT_TRUE(output.reasons.empty());
    waits.wake(StreamWaits::For::output, io::Wake::ready);
    EXPECT_EQ(output.reasons, (std::vector{io::Wake::ready}));
    EXPECT_FALSE(waits.waits(StreamWaits::For::output));
}

TEST(StreamWaits, WhoIsWokenMayEndThem) {
    io::Reactor reactor;
    auto waits = std::make_unique<StreamWaits>(reactor);
    Noting input;
    Noting output;
    waits->wait(StreamWaits::For::input, input, 10ms);
    waits->wait(StreamWaits::For::output, output, 10ms);
    input.then = [&] {
        waits.reset();
        reactor.stop();
    };
    reactor.run([](io::TimePoint) { return 100ms; });
    EXPECT_EQ(input.reasons.size(), 1u);
    EXPECT_TRUE(output.reasons.empty());
}

}  // namespace
}  // namespace fairway::proxy::http2
