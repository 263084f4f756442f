// grpc against a small HTTP/2 server, and against servers that are none.
#include <gmock/gmock.h>
#include <nghttp2/nghttp2.h>

#include <array>
#include <cstring>

#include "ingress/probes/attempt_fixture.hpp"
#include "ingress/probes/grpc_health.hpp"
#include "ingress/probes/scripted_server.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

/// A gRPC message with these bytes.
std::string framed(const std::string& message) { return "\0\0\0\0"s + static_cast<char>(message.size()) + message; }

/// What the health service answers to a call.
struct Answer {
    std::string status = "200";
    std::string grpc_status = "0";
    std::string grpc_message;
    std::string message;  ///< absent: trailers only
};

/// One connection of an HTTP/2 server without I/O.
class Http2Side {
public:
    explicit Http2Side(const Answer& answer) : answer_(answer) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_server_new(&session, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~Http2Side() { nghttp2_session_del(session); }
    Http2Side(const Http2Side&) = delete;
    Http2Side& operator=(const Http2Side&) = delete;

    nghttp2_session* session = nullptr;
    std::string path, request;

private:
    static nghttp2_nv field(const char* name, const std::string& value) {
        return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
                reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name), value.size(), 0};
    }

    static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        auto& side = *static_cast<Http2Side*>(user);
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
        const std::string type = "application/grpc";
        const auto& answer = side.answer_;
        if (answer.message.empty()) {
            const std::array fields = {field(":status", answer.status), field("content-type", type),
                                       field("grpc-status", answer.grpc_status),
                                       field("grpc-message", answer.grpc_message)};
            return nghttp2_submit_response(session, frame->hd.stream_id, fields.data(), fields.size(), nullptr);
        }
        const std::array fields = {field(":status", answer.status), field("content-type", type)};
        nghttp2_data_provider body{};
        body.source.ptr = &side;
        body.read_callback = read_answer;
        return nghttp2_submit_response(session, frame->hd.stream_id, fields.data(), fields.size(), &body);
    }

    static ssize_t read_answer(nghttp2_session* session, std::int32_t stream, std::uint8_t* buffer, std::size_t room,
                               std::uint32_t* flags, nghttp2_data_source* source, void*) {
        auto& side = *static_cast<Http2Side*>(source->ptr);
        const auto size = std::min(room, side.answer_.message.size() - side.sent_);
        std::memcpy(buffer, side.answer_.message.data() + side.sent_, size);
        side.sent_ += size;
        if (side.sent_ == side.answer_.message.size()) {
            *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
            const std::array trailers = {field("grpc-status", side.answer_.grpc_status)};
            nghttp2_submit_trailer(session, stream, trailers.data(), trailers.size());
        }
        return static_cast<ssize_t>(size);
    }

    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size,
                       void* user) {
        static_cast<Http2Side*>(user)->request.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }

    static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
        if (std::string_view(reinterpret_cast<const char*>(name), name_size) == ":path")
            static_cast<Http2Side*>(user)->path.assign(reinterpret_cast<const char*>(value), value_size);
        return 0;
    }

    Answer answer_;
    std::size_t sent_ = 0;
};

class GrpcProbeTest : public AttemptTest {
protected:
    ProbeOutcome ask(const Answer& answer, const std::string& service = "") {
        tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
        Http2Side side(answer);
        bool served = false;
        asio::co_spawn(io, serve(acceptor, side), [&](const std::exception_ptr&) { served = true; });
        auto outcome = ask_port(acceptor.local_endpoint().port(), service);
        path = side.path;
        request = side.request;
        EXPECT_TRUE(comes_true([&] { return served; }));
        return outcome;
    }

    ProbeOutcome ask_port(std::uint16_t port, const std::string& service = "") {
        const SocketAddress target{*IpAddress::parse("127.0.0.1"), port};
        return outcome_of(start_grpc_probe(io, {target, service, "fairway-probe/test"}, tell()));
    }

    static asio::awaitable<void> serve(tcp::acceptor& acceptor, Http2Side& side) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        std::array<std::uint8_t, 4096> buffer;
        boost::system::error_code error;
        while (!error) {
            const std::uint8_t* data = nullptr;
            for (ssize_t size = 0; (size = nghttp2_session_mem_send(side.session, &data)) > 0;)
                co_await asio::async_write(socket, asio::buffer(data, static_cast<std::size_t>(size)),
                                           asio::redirect_error(asio::use_awaitable, error));
            const auto size =
                co_await socket.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
            if (!error) nghttp2_session_mem_recv(side.session, buffer.data(), size);
        }
    }

    std::string path, request;
};

TEST_F(GrpcProbeTest, ServingIsSuccess) {
    const auto outcome = ask({.message = framed("\x08\x01")}, "shop");
    EXPECT_EQ(outcome.result, ProbeResult::success) << outcome.message;
    EXPECT_EQ(path, "/grpc.health.v1.Health/Check");
    EXPECT_EQ(request, framed("\x0a\x04shop"));
}

TEST_F(GrpcProbeTest, EverythingElseIsFailure) {
    EXPECT_THAT(ask({.message = framed("\x08\x02")}).message, HasSubstr("NOT_SERVING"));
    EXPECT_THAT(ask({.message = framed("\x08\x03")}).message, HasSubstr("SERVICE_UNKNOWN"));
    EXPECT_THAT(ask({.message = framed("")}).message, HasSubstr("responded with \"UNKNOWN\""));
    EXPECT_THAT(ask({.grpc_status = "5", .grpc_message = "unknown service"}).message, HasSubstr("unknown service"));
    EXPECT_THAT(ask({.grpc_status = "12"}).message, HasSubstr("does not implement the grpc health protocol"));
    EXPECT_THAT(ask({.grpc_status = "13", .message = framed("\x08\x01")}).message, HasSubstr("gRPC status \"13\""));
    EXPECT_THAT(ask({.status = "404"}).message, HasSubstr("HTTP status \"404\""));
    EXPECT_THAT(ask({.message = std::string(20'000, 'x')}).message, HasSubstr("too long"));
    EXPECT_THAT(ask({.message = "\1\0\0\0\2\x08\x01"s}).message, HasSubstr("no HealthCheckResponse"));
}

TEST_F(GrpcProbeTest, ServersThatDoNotSpeakHttp2Fail) {
    ScriptedServer http1(
        io, [](const std::string&) { return Reply{"HTTP/1.1 400 Bad Request\r\n\r\n", Reply::Then::hang}; });
    EXPECT_THAT(ask_port(http1.port()).message, HasSubstr("not HTTP/2"));
    ScriptedServer mute(io, [](const std::string&) { return Reply{}; });
    EXPECT_EQ(ask_port(mute.port()).result, ProbeResult::failure);
    ScriptedServer rude(io, [](const std::string&) { return Reply{"", Reply::Then::reset}; });
    EXPECT_EQ(ask_port(rude.port()).result, ProbeResult::failure);
}

TEST(GrpcHealth, ResponsesAreReadWithCare) {
    EXPECT_EQ(health_response(framed("\x08\x01")), ServingStatus::serving);
    EXPECT_EQ(health_response(framed("\x12\x03"
                                     "abc"
                                     "\x08\x02\x15"
                                     "1234")),
              ServingStatus::not_serving);
    EXPECT_EQ(health_response(framed("")), ServingStatus::unknown);
    const auto bad = {""s,
                      "\0\0\0\0"s,
                      "\0\0\0\0\3\x08\x01"s,
                      framed("\x08"),
                      framed("\x08\xff"),
                      framed("\x12\x05"
                             "ab"),
                      framed("\x0b"),
                      "\0\xff\xff\xff\xff\x08\x01"s,
                      framed("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")};
    for (const auto& message : bad)
        EXPECT_EQ(health_response(message), std::nullopt) << testing::PrintToString(message);
}

}  // namespace
}  // namespace fairway::ingress::test
