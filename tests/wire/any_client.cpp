#include <fmt/format.h>

#include <sys/socket.h>

#include "wire/any_peer.hpp"
#include "wire/http1_message.hpp"
#include "wire/http2_client.hpp"

namespace fairway::wire {

namespace {

class Http1AnyClient final : public AnyClient {
public:
    Http1AnyClient(std::uint16_t port, std::string_view version) : socket_(Socket::connect(port)), version_(version) {}

    bool has_trailers() const override { return version_ == "1.1"; }

    void begin(std::string_view method, std::string_view path, const Http2Fields& fields, Length length,
               std::size_t size) override {
        method_ = method;
        chunked_ = length == Length::streamed && has_trailers();
        std::string framing;
        if (chunked_)
            framing = "Transfer-Encoding: chunked\r\n";
        else if (length != Length::none)
            framing = fmt::format("Content-Length: {}\r\n", size);
        socket_.send(fmt::format("{} {} HTTP/{}\r\nHost: any.example\r\n{}{}\r\n", method, path, version_,
                                 field_lines(fields), framing));
    }

    void send(std::string_view bytes) override {
        socket_.send(chunked_ ? fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes) : std::string(bytes));
    }

    void end(const Http2Fields& trailers) override {
        if (chunked_) socket_.send("0\r\n" + field_lines(trailers) + "\r\n");
    }

    std::string status() override {
        if (!message_.has_head()) message_.read_head();
        return message_.start_line().substr(std::min<std::size_t>(9, message_.start_line().size()), 3);
    }

    Received response() override {
        const std::string got = status();
        Received all = message_.read_rest(method_ == "HEAD" || got == "304");
        return all;
    }

    void leave() override { socket_.reset(); }

private:
    Socket socket_;
    std::string_view version_;
    std::string method_;
    bool chunked_ = false;
    Http1Message message_{socket_};
};

class Http2AnyClient final : public AnyClient {
public:
    explicit Http2AnyClient(std::uint16_t port) : client_(port) {}

    void begin(std::string_view method, std::string_view path, const Http2Fields& fields, Length length,
               std::size_t size) override {
        Http2Fields head = {{":method", std::string(method)},
                            {":scheme", "http"},
                            {":path", std::string(path)},
                            {":authority", "any.example"}};
        head.insert(head.end(), fields.begin(), fields.end());
        if (length == Length::counted) head.emplace_back("content-length", std::to_string(size));
        stream_ = client_.request(head, length == Length::none ? Http2Client::End::yes : Http2Client::End::no);
    }

    void send(std::string_view bytes) override { client_.send(stream_, bytes); }
    void end(const Http2Fields& trailers) override {
        if (trailers.empty())
            client_.send(stream_, "", Http2Client::End::yes);
        else
            client_.send_trailers(stream_, trailers);
    }
    std::string status() override { return client_.head_of(stream_).status(); }

    Received response() override {
        const auto& answer = client_.whole(stream_);
        return {.start = answer.status(),
                .fields = end_to_end(answer.fields),
                .content_length = answer.field("content-length"),
                .body = answer.body,
                .trailers = answer.trailers,
                .whole = answer.ended};
    }

    void leave() override { client_.reset(stream_); }

private:
    Http2Client client_;
    std::int32_t stream_ = 0;
};

}  // namespace

std::unique_ptr<AnyClient> AnyClient::connect(Downstream protocol, std::uint16_t port) {
    switch (protocol) {
        case Downstream::http_1_0: return std::make_unique<Http1AnyClient>(port, "1.0");
        case Downstream::http_1_1: return std::make_unique<Http1AnyClient>(port, "1.1");
        case Downstream::http_2: break;
    }
    return std::make_unique<Http2AnyClient>(port);
}

}  // namespace fairway::wire
