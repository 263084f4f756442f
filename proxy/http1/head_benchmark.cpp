// What a request head costs: parsed, and parsed and written again for the endpoint; and a response head both ways.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "proxy/http1/chunked.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/http1/request_head_writer.hpp"
#include "proxy/http1/response_head_writer.hpp"

namespace fairway::proxy::http1 {
namespace {

/// Ten fields, as a browser sends them.
constexpr std::string_view kBrowserRequest =
    "GET /shop/items/42?sort=price&page=3 HTTP/1.1\r\n"
    "Host: kubia.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: https://kubia.example.com/shop/\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Cache-Control: max-age=0\r\n\r\n";

constexpr std::string_view kLoadRequest = "GET / HTTP/1.1\r\nHost: kubia.example.com\r\nUser-Agent: bench\r\n\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nContent-Type: application/json\r\n"
    "Content-Length: 1024\r\nConnection: keep-alive\r\nCache-Control: no-store\r\nETag: \"33a64df5\"\r\n"
    "Set-Cookie: session=0123456789abcdef; Path=/; HttpOnly\r\n\r\n";

void parse_request(benchmark::State& state, std::string_view bytes) {
    RequestHead head;
    for (auto _ : state) {
        std::size_t scanned = 0;
        const auto result = parse_request_head(bytes, scanned, {}, {}, head);
        if (result.error != HeadError::none) state.SkipWithError("request refused");
        benchmark::DoNotOptimize(head);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(parse_request, browser, kBrowserRequest);
BENCHMARK_CAPTURE(parse_request, load, kLoadRequest);

void forward_request(benchmark::State& state, std::string_view bytes) {
    const routing::Settings settings;
    const RequestEdits edits;
    const RequestOrigin origin{
        .peer = IpAddress::parse("192.0.2.1").value(), .peer_text = "192.0.2.1", .local_port = 80};
    RequestHead head;
    OutBuffer out;
    for (auto _ : state) {
        std::size_t scanned = 0;
        parse_request_head(bytes, scanned, {}, {}, head);
        auto values = forwarded_values(head, origin, settings.forwarded);
        values.request_id = "0123456789abcdef0123456789abcdef";
        out.clear();
        write_request_head(out, {head, values, settings, edits}, UpstreamPersistence::keep_alive);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK_CAPTURE(forward_request, browser, kBrowserRequest);
BENCHMARK_CAPTURE(forward_request, load, kLoadRequest);

void parse_response(benchmark::State& state) {
    ResponseHead head;
    for (auto _ : state) {
        std::size_t scanned = 0;
        parse_response_head(kResponse, scanned, {}, Method::get, head);
        benchmark::DoNotOptimize(head);
    }
}
BENCHMARK(parse_response);

void forward_response(benchmark::State& state) {
    const routing::Settings settings;
    const ResponseFieldRules rules{.settings = settings, .date = "Tue, 15 Nov 1994 08:12:31 GMT"};
    ResponseHead head;
    OutBuffer out;
    for (auto _ : state) {
        std::size_t scanned = 0;
        parse_response_head(kResponse, scanned, {}, Method::get, head);
        out.clear();
        write_response_head(out, head, rules, {.framing = head.framing, .content_length = head.content_length});
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(forward_response);

void decode_chunks(benchmark::State& state) {
    std::string bytes;
    std::array<char, 20> space;
    for (int i = 0; i < 64; ++i) bytes += std::string(chunk_head(1024, space)) + std::string(1024, 'x') + "\r\n";
    bytes += "0\r\n";
    for (auto _ : state) {
        ChunkedDecoder decoder;
        std::string_view rest = bytes;
        for (auto step = decoder.next(rest); step.state != ChunkedDecoder::State::trailers; step = decoder.next(rest)) {
            rest.remove_prefix(step.consumed);
            benchmark::DoNotOptimize(step.data.data());
        }
    }
    state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(decode_chunks);

}  // namespace
}  // namespace fairway::proxy::http1
