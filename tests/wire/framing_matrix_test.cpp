// Every framing of a request with every framing of a response, for both versions of HTTP and for bodies on both sides of
// the buffers' sizes, and of the answers that leave in one piece with their head: what arrives is what was sent, and the
// connections are kept exactly when their framing allows it.
#include <fmt/format.h>

#include "wire/hostile_fixture.hpp"

namespace fairway::wire {
namespace {

std::string body_of(std::size_t size) {
    std::string body(size, ' ');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    return body;
}

/// Cuts `body` into chunks of `size` bytes.
std::string chunked(std::string_view body, std::size_t size) {
    std::string out;
    for (; !body.empty(); body.remove_prefix(std::min(size, body.size())))
        out += fmt::format("{:x}\r\n{}\r\n", std::min(size, body.size()), body.substr(0, size));
    return out + "0\r\n\r\n";
}

std::string read_chunked(Socket& socket) {
    std::string body;
    for (;;) {
        const std::string size = socket.read_until("\r\n");
        if (size.empty()) return body + "[no last chunk]";
        const std::size_t bytes = std::stoul(size, nullptr, 16);
        if (bytes == 0) break;
        body += socket.read_exactly(bytes);
        if (socket.read_exactly(2) != "\r\n") return body + "[bad chunk]";
    }
    return socket.read_until("\r\n") == "\r\n" ? body : body + "[trailers]";
}

/// The body behind `head`, which was just read from `socket`.
std::string read_body(Socket& socket, std::string_view head) {
    if (contains(head, "\r\nTransfer-Encoding: chunked\r\n")) return read_chunked(socket);
    const auto at = head.find("\r\nContent-Length: ");
    if (at != std::string_view::npos) return socket.read_exactly(std::stoul(std::string(head.substr(at + 18))));
    return head.starts_with("HTTP/") ? socket.read_to_end() : "";
}

enum class Length { none, counted, chunks, small_chunks, until_close };

std::string fields_of(Length length, std::size_t size) {
    switch (length) {
        case Length::counted: return fmt::format("Content-Length: {}\r\n", size);
        case Length::chunks:
        case Length::small_chunks: return "Transfer-Encoding: chunked\r\n";
        default: return "";
    }
}

std::string bytes_of(Length length, std::string_view body) {
    if (length == Length::chunks) return chunked(body, 30000);
    if (length == Length::small_chunks) return chunked(body, 7);
    return std::string(body);
}

struct Cell {
    std::string_view version;
    Length request;
    Length response;
};

class FramingMatrix : public HostileTest, public testing::WithParamInterface<Cell> {};

TEST_P(FramingMatrix, BodiesArriveAsTheyWereSent) {
    start();
    const auto [version, request, response] = GetParam();
    const bool keeps_client = version == "1.1";
    const bool keeps_endpoint = response != Length::until_close;
    Socket client, upstream;
    for (const std::size_t size : {0, 1, 4092, 4094, 4096, 16383, 16384, 16385, 70000}) {
        const std::string sent = request == Length::none ? "" : body_of(size);
        const std::string answered = body_of(size / 2 + 1);
        if (!client.valid()) client = this->client();
        client.send(fmt::format("POST /{} HTTP/{}\r\nHost: a\r\n{}\r\n{}", size, version,
                                fields_of(request, sent.size()), bytes_of(request, sent)));
        if (!upstream.valid()) upstream = endpoint.accept();
        const std::string head = upstream.read_until("\r\n\r\n");
        ASSERT_EQ(head, forwarded(fmt::format("POST /{}", size), "a", fields_of(request, sent.size())));
        ASSERT_EQ(read_body(upstream, head), sent) << size;

        upstream.send(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n{}", fields_of(response, answered.size()),
                                  bytes_of(response, answered)));
        if (!keeps_endpoint) upstream.close();
        const std::string answer = client.read_until("\r\n\r\n");
        EXPECT_EQ(contains(answer, "\r\nConnection: close\r\n"), !keeps_client) << answer;
        ASSERT_EQ(read_body(client, answer), answered) << size;
        if (!keeps_client) client = Socket();
    }
    EXPECT_TRUE(endpoint.nobody_connected());
}

std::vector<Cell> all_cells() {
    std::vector<Cell> cells;
    for (const auto request : {Length::none, Length::counted, Length::chunks, Length::small_chunks})
        for (const auto response : {Length::counted, Length::chunks, Length::small_chunks, Length::until_close}) {
            cells.push_back({"1.1", request, response});
            if (request == Length::none || request == Length::counted) cells.push_back({"1.0", request, response});
        }
    return cells;
}

std::string name_of_cell(const testing::TestParamInfo<Cell>& info) {
    constexpr const char* kNames[] = {"None", "Counted", "Chunks", "SmallChunks", "UntilClose"};
    const auto& [version, request, response] = info.param;
    return fmt::format("Http{}{}Request{}Response", version == "1.1" ? "11" : "10", kNames[static_cast<int>(request)],
                       kNames[static_cast<int>(response)]);
}

INSTANTIATE_TEST_SUITE_P(Cells, FramingMatrix, testing::ValuesIn(all_cells()), name_of_cell);

// --- the same bytes, cut at every place ---

class CutAnywhere : public HostileTest {};

TEST_F(CutAnywhere, ARequestMeansTheSame) {
    start();
    const std::string request = "POST /x HTTP/1.1\r\nHost: a\r\nX: y\r\nTransfer-Encoding: "
                                "chunked\r\n\r\n3;e=1\r\nabc\r\n1\r\nd\r\n0\r\nX-Sum: 4\r\n\r\n";
    auto client = this->client();
    client.send(request);
    auto upstream = endpoint.accept();
    for (std::size_t cut = 1;; ++cut) {
        const std::string head = upstream.read_until("\r\n\r\n");
        ASSERT_EQ(head, forwarded("POST /x", "a", "X: y\r\nTransfer-Encoding: chunked\r\n")) << cut;
        std::string body;
        for (std::size_t bytes; (bytes = std::stoul(upstream.read_until("\r\n"), nullptr, 16)) != 0;) {
            body += upstream.read_exactly(bytes);
            ASSERT_EQ(upstream.read_exactly(2), "\r\n") << cut;
        }
        ASSERT_EQ(body, "abcd") << cut;
        ASSERT_EQ(upstream.read_until("\r\n\r\n"), "X-Sum: 4\r\n\r\n") << cut;
        upstream.send(kOk);
        ASSERT_TRUE(client.read_response().ends_with("\r\n\r\nok")) << cut;
        if (cut == request.size()) break;
        client.send(request.substr(0, cut));
        let_proxy_work();
        client.send(request.substr(cut));
    }
}

TEST_F(CutAnywhere, AResponseMeansTheSame) {
    start();
    const std::string response =
        "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n1\r\nd\r\n0\r\nX-Sum: 4\r\n\r\n";
    auto client = this->client();
    Socket upstream;
    for (std::size_t cut = 1; cut < response.size(); ++cut) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        if (!upstream.valid()) upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send(response.substr(0, cut));
        let_proxy_work();
        upstream.send(response.substr(cut));
        const std::string head = client.read_until("\r\n\r\n");
        ASSERT_TRUE(contains(head, "\r\nX: y\r\n")) << head;
        std::string body;
        for (std::size_t bytes; (bytes = std::stoul(client.read_until("\r\n"), nullptr, 16)) != 0;) {
            body += client.read_exactly(bytes);
            ASSERT_EQ(client.read_exactly(2), "\r\n") << cut;
        }
        ASSERT_EQ(body, "abcd") << cut;
        ASSERT_EQ(client.read_until("\r\n\r\n"), "X-Sum: 4\r\n\r\n") << cut;
    }
}

}  // namespace
}  // namespace fairway::wire
