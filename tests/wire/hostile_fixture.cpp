#include "wire/hostile_fixture.hpp"

#include <fmt/format.h>

namespace fairway::wire {

HostileTest::HostileTest() { config.settings.forwarded.generate_request_id = false; }

std::string HostileTest::forwarded(std::string_view request_line, std::string_view host, std::string_view fields,
                                   std::string_view connection) const {
    const std::string named = host.empty() ? "" : fmt::format("X-Forwarded-Host: {}\r\n", host);
    return fmt::format(
        "{} HTTP/1.1\r\nHost: {}\r\n{}X-Real-IP: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1\r\n{}X-Forwarded-Port: {}\r\n"
        "X-Forwarded-Proto: http\r\nX-Forwarded-Scheme: http\r\nX-Scheme: http\r\n{}\r\n",
        request_line, host, connection, named, server->http_port(), fields);
}

std::string HostileTest::answer_to(std::string_view request) {
    auto client = this->client();
    client.send(request);
    return client.read_to_end();
}

// Their counters are read by a job that each worker runs after the events that were there before it.
void HostileTest::let_proxy_work() { server->metrics(); }

std::string HostileTest::rest_sent_to(Socket& upstream) {
    server.reset();
    return upstream.read_to_end();
}

void HostileTest::expect_served_normally() {
    auto client = this->client();
    client.send("GET /next HTTP/1.1\r\nHost: next.example\r\n\r\n");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /next", "next.example"));
    upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnext");
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nnext"));
}

std::size_t responses_in(std::string_view received) {
    std::size_t count = 0;
    for (auto at = received.find("HTTP/1."); at != std::string_view::npos; at = received.find("HTTP/1.", at + 1))
        ++count;
    return count;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string repeat(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    while (times-- > 0) all += text;
    return all;
}

}  // namespace fairway::wire
