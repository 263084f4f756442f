#include <fmt/format.h>

#include "wire/any_peer.hpp"
#include "wire/http1_message.hpp"

namespace fairway::wire {

namespace {

class Http1AnyEndpoint final : public AnyEndpoint {
public:
    explicit Http1AnyEndpoint(Socket socket) : socket_(std::move(socket)) { message_.read_head(); }

    std::string body(std::size_t bytes) override { return message_.read_body(bytes); }
    Received request() override { return message_.read_rest(); }

    void begin(std::string_view status, const Http2Fields& fields, Length length, std::size_t size) override {
        chunked_ = length == Length::streamed;
        std::string framing;
        if (chunked_) framing = "Transfer-Encoding: chunked\r\n";
        if (length == Length::counted) framing = fmt::format("Content-Length: {}\r\n", size);
        socket_.send(fmt::format("HTTP/1.1 {} Status\r\n{}{}\r\n", status, field_lines(fields), framing));
    }

    void send(std::string_view bytes) override {
        socket_.send(chunked_ ? fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes) : std::string(bytes));
    }

    void end(const Http2Fields& trailers) override {
        if (chunked_) socket_.send("0\r\n" + field_lines(trailers) + "\r\n");
    }

    std::size_t send_until_blocked(std::size_t bytes) override {
        const std::size_t taken = socket_.send_until_blocked(bytes);
        rest_ = bytes - taken;
        return taken;
    }
    void send_rest() override { socket_.send(std::string(rest_, 'x')); }
    void break_off() override { socket_.reset(); }
    bool given_up() override { return !socket_.read_to_end().ends_with("\r\n0\r\n\r\n"); }
    bool nothing_more() override {
        return !socket_.valid() || socket_.read_to_end().find(" HTTP/1.") == std::string::npos;
    }

private:
    Socket socket_;
    Http1Message message_{socket_};
    bool chunked_ = false;
    std::size_t rest_ = 0;
};

constexpr std::chrono::milliseconds kBlocked{300};  // nothing has moved for so long

class Http2AnyEndpoint final : public AnyEndpoint {
public:
    Http2AnyEndpoint(Socket socket, SSL_CTX* tls) : endpoint_(std::move(socket), {.tls = tls}) {
        stream_ = endpoint_.next_request();
    }

    std::string body(std::size_t bytes) override {
        endpoint_.wait_for_body(stream_, bytes);
        return endpoint_.request(stream_).body;
    }

    Received request() override {
        endpoint_.wait_for_end(stream_);
        const Http2Request& request = endpoint_.request(stream_);
        return {.start = field_of(request.fields, ":method") + " " + field_of(request.fields, ":path") + " " +
                         field_of(request.fields, ":authority"),
                .fields = end_to_end(request.fields),
                .content_length = field_of(request.fields, "content-length"),
                .body = request.body,
                .trailers = request.trailers,
                .whole = request.ended};
    }

    void begin(std::string_view status, const Http2Fields& fields, Length length, std::size_t size) override {
        Http2Fields head = fields;
        if (length == Length::counted) head.emplace_back("content-length", std::to_string(size));
        endpoint_.send_head(stream_, std::stoi(std::string(status)), head, length == Length::none ? End::yes : End::no);
        left_ = length == Length::counted ? size : 0;
    }

    void send(std::string_view bytes) override {
        send_without_waiting(bytes);
        wait_until_sent();
    }

    void end(const Http2Fields& trailers) override {
        if (ended_) return;
        if (trailers.empty())
            endpoint_.send_data(stream_, "", End::yes);
        else
            endpoint_.send_trailers(stream_, trailers);
        endpoint_.poll();
    }

    std::size_t send_until_blocked(std::size_t bytes) override {
        send_without_waiting(std::string(bytes, 'x'));
        endpoint_.wait_until_quiet(kBlocked);
        return bytes - endpoint_.unsent(stream_);
    }

    void send_rest() override { wait_until_sent(); }

    void break_off() override {
        endpoint_.reset(stream_, NGHTTP2_INTERNAL_ERROR);
        endpoint_.poll();
    }
    bool given_up() override { return endpoint_.wait_for_reset(stream_) == NGHTTP2_CANCEL; }
    bool nothing_more() override {
        endpoint_.wait_for_goodbye();
        return endpoint_.requests_seen() == 1;
    }

private:
    void wait_until_sent() {
        endpoint_.wait([&] { return endpoint_.unsent(stream_) == 0 || endpoint_.request(stream_).closed; });
    }

    // The last byte of a counted body ends the stream, as the count says.
    void send_without_waiting(std::string_view bytes) {
        const bool last = left_ != 0 && left_ == bytes.size();
        left_ -= std::min(left_, bytes.size());
        ended_ = ended_ || last;
        endpoint_.send_data(stream_, bytes, last ? End::yes : End::no);
    }

    Http2Endpoint endpoint_;
    std::int32_t stream_ = 0;
    std::size_t left_ = 0;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<AnyEndpoint> AnyEndpoint::accept(Upstream protocol, Endpoint& listener, SSL_CTX* tls) {
    if (protocol == Upstream::http_1_1) return std::make_unique<Http1AnyEndpoint>(listener.accept());
    return std::make_unique<Http2AnyEndpoint>(listener.accept(), protocol == Upstream::h2 ? tls : nullptr);
}

}  // namespace fairway::wire
