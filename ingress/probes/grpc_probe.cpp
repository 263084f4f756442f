#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <span>

#include "ingress/probes/connect.hpp"
#include "ingress/probes/grpc_health.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostMessage = 10 * 1024;

/// One call over HTTP/2, without I/O: bytes come and go through nghttp2, which knows nothing of sockets.
class HealthCall {
public:
    explicit HealthCall(const GrpcProbe& probe) : request_(health_request(probe.service)) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_session_client_new(&session_, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
        submit(probe);
    }
    ~HealthCall() { nghttp2_session_del(session_); }
    HealthCall(const HealthCall&) = delete;
    HealthCall& operator=(const HealthCall&) = delete;

    /// What is to be sent now; valid until the next call. Empty: nothing.
    std::span<const std::uint8_t> to_send() {
        const std::uint8_t* data = nullptr;
        const auto size = nghttp2_session_mem_send(session_, &data);
        return {data, size > 0 ? static_cast<std::size_t>(size) : 0};
    }
    /// @return whether it was HTTP/2.
    bool received(std::span<const std::uint8_t> data) {
        return nghttp2_session_mem_recv(session_, data.data(), data.size()) >= 0;
    }
    /// The stream has ended, or the server wants no more of this connection.
    bool over() const { return closed_ || nghttp2_session_want_read(session_) == 0; }

    /// With the kubelet's words (pkg/probe/grpc).
    ProbeOutcome outcome() const {
        if (http_status_ != "200")
            return probe_failure(
                http_status_.empty()
                    ? "the answer is not HTTP/2, or the server ended the call without one"
                    : fmt::format("HTTP status {} instead of a gRPC answer", k8s::quoted(http_status_)));
        if (grpc_status_ == "12") return probe_failure("this server does not implement the grpc health protocol");
        if (grpc_status_ != "0")
            return probe_failure(fmt::format("health rpc probe failed: gRPC status {}{}", k8s::quoted(grpc_status_),
                                             grpc_message_.empty() ? "" : ": " + k8s::quoted(grpc_message_)));
        const auto status = health_response(response_);
        if (!status) return probe_failure("the answer is no HealthCheckResponse");
        if (*status != ServingStatus::serving)
            return probe_failure(fmt::format("service unhealthy (responded with \"{}\")", to_string(*status)));
        return probe_success("SERVING");
    }

private:
    void submit(const GrpcProbe& probe) {
        const auto authority = probe.target.to_string();
        const auto field = [](std::string_view name, std::string_view value) {
            return nghttp2_nv{reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                              reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                              value.size(), NGHTTP2_NV_FLAG_NONE};
        };
        const std::array fields = {field(":method", "POST"),
                                   field(":scheme", "http"),
                                   field(":path", "/grpc.health.v1.Health/Check"),
                                   field(":authority", authority),
                                   field("content-type", "application/grpc"),
                                   field("user-agent", probe.user_agent),
                                   field("te", "trailers")};
        nghttp2_data_provider body{};
        body.source.ptr = this;
        body.read_callback = read_request;
        nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &body, nullptr);
    }

    static ssize_t read_request(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t room,
                                std::uint32_t* flags, nghttp2_data_source* source, void*) {
        auto& call = *static_cast<HealthCall*>(source->ptr);
        const auto size = std::min(room, call.request_.size() - call.sent_);
        std::memcpy(buffer, call.request_.data() + call.sent_, size);
        call.sent_ += size;
        if (call.sent_ == call.request_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(size);
    }

    static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
        auto& call = *static_cast<HealthCall*>(user);
        const std::string_view key(reinterpret_cast<const char*>(name), name_size);
        const std::string_view text(reinterpret_cast<const char*>(value), value_size);
        if (key == ":status") call.http_status_ = text;
        if (key == "grpc-status") call.grpc_status_ = text;
        if (key == "grpc-message") call.grpc_message_ = text;
        return 0;
    }

    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size,
                       void* user) {
        auto& call = *static_cast<HealthCall*>(user);
        if (call.response_.size() + size > kMostMessage) return NGHTTP2_ERR_CALLBACK_FAILURE;
        call.response_.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }

    static int on_close(nghttp2_session*, std::int32_t, std::uint32_t, void* user) {
        static_cast<HealthCall*>(user)->closed_ = true;
        return 0;
    }

    nghttp2_session* session_ = nullptr;
    std::string request_;
    std::size_t sent_ = 0;
    std::string http_status_, grpc_status_, grpc_message_, response_;
    bool closed_ = false;
};

asio::awaitable<ProbeOutcome> run(std::shared_ptr<AttemptProgress> progress, GrpcProbe probe) {
    auto socket = co_await connect_to(progress, probe.target.ip.to_string(), probe.target.port);
    HealthCall call(probe);
    std::array<std::uint8_t, 8192> buffer;
    progress->doing = "waiting for the answer of grpc.health.v1.Health/Check";
    for (;;) {
        for (auto data = call.to_send(); !data.empty(); data = call.to_send())
            co_await asio::async_write(socket, asio::buffer(data.data(), data.size()), asio::use_awaitable);
        if (call.over()) co_return call.outcome();
        const auto size = co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        if (!call.received({buffer.data(), size})) co_return probe_failure("the answer is not HTTP/2, or too long");
    }
}

}  // namespace

Started start_grpc_probe(asio::io_context& io, GrpcProbe probe, TellOutcome tell) {
    return CoroutineAttempt::start(io, std::move(tell), [&](std::shared_ptr<AttemptProgress> progress) {
        return run(std::move(progress), std::move(probe));
    });
}

}  // namespace fairway::ingress
