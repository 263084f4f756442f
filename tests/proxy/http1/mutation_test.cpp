// The invariants of tests/proxy/http1/head_invariants.hpp on many small changes of ordinary messages. The same sequence
// each time; tests/fuzz/ goes further.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "proxy/http1/head_invariants.hpp"

namespace fairway::proxy::http1 {
namespace {

/// Bytes and words that parsers disagree about.
const std::string kTokens[] = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    ",",
    ";",
    std::string(1, '\0'),
    "\x0b",
    "\x7f",
    "\xff",
    "0",
    "5",
    "[::1]",
    "#",
    "?",
    "//",
    "@",
    "chunked",
    "close",
    "TE",
    "trailers",
    "Host: x\r\n",
    "\r\n ",
    "upgrade",
    "Content-Length: 5\r\n",
    "Content-Length: 6\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: Host, X-A\r\n",
    "Upgrade: websocket\r\n",
    "Connection: upgrade, TE\r\n",
    "X_Y: z\r\n",
    "HTTP/1.0",
    "HTTP/1.1",
    "http://h",
    "100-continue",
    "f",
    "ffffffffffffffff",
    "Trailer: a\r\n",
    "X-Forwarded-For: 1.2.3.4\r\n",
    "OPTIONS",
    "*",
};

class Mutations {
public:
    explicit Mutations(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

    std::string next() {
        std::string bytes = seeds_[below(seeds_.size())];
        for (std::size_t changes = below(5); changes > 0; --changes) {
            const auto at = below(bytes.size() + 1);
            switch (below(4)) {
                case 0: bytes.insert(at, kTokens[below(std::size(kTokens))]); break;
                case 1: bytes.erase(at, below(6)); break;
                case 2:
                    if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
                    break;
                default: bytes.insert(at, bytes.substr(below(bytes.size() + 1), below(30))); break;
            }
        }
        return bytes;
    }
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

private:
    std::vector<std::string> seeds_;
    std::mt19937_64 random_{20240607};
};

constexpr int kRounds = 30000;

TEST(Invariants, HoldForMutatedRequests) {
    Mutations mutations({
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /a?b HTTP/1.1\r\nHost: kubia.example.com:80\r\nContent-Length: 5\r\nAccept: */*\r\n\r\nhello",
        "POST http://a.example/x HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\nConnection: "
        "TE\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close, X-A\r\nX-A: 1\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    });
    for (int i = 0; i < kRounds; ++i) check_request_head(mutations.next(), 1 + mutations.below(20));
}

TEST(Invariants, HoldForMutatedResponses) {
    Mutations mutations({
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: x\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5, 5\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    });
    for (int i = 0; i < kRounds; ++i)
        check_response_head(mutations.next(), 1 + mutations.below(20), mutations.below(4) == 0);
}

TEST(Invariants, HoldForMutatedChunks) {
    Mutations mutations({
        "5\r\nhello\r\n0\r\n\r\n",
        "a;x=y\r\n0123456789\r\n1\r\nz\r\n00\r\nT: 1\r\n\r\n",
        "000F\r\n0123456789abcde\r\n0\r\n",
    });
    for (int i = 0; i < kRounds; ++i) check_chunked(mutations.next(), 1 + mutations.below(8));
}

TEST(Invariants, HoldForMutatedTrailers) {
    Mutations mutations(
        {"\r\n", "Grpc-Status: 0\r\nGrpc-Message: ok\r\n\r\n", "Content-Length: 5\r\nX: y\r\n\r\nrest"});
    for (int i = 0; i < kRounds; ++i) check_trailers(mutations.next(), 1 + mutations.below(8));
}

}  // namespace
}  // namespace fairway::proxy::http1
