// What one line of the access log costs the worker that ends a request.
#include <benchmark/benchmark.h>

#include <memory>

#include "proxy/access_log/log_format.hpp"

namespace fairway::proxy {
namespace {

struct OrdinaryRequest {
    OrdinaryRequest() {
        facts.peer_text = "192.0.2.7";
        head.method_text = "GET";
        head.target = head.origin_form = "/api/v1/products/1234?fields=name,price&lang=en";
        head.path = "/api/v1/products/1234";
        head.query = "fields=name,price&lang=en";
        head.authority = "shop.example.com";
        add("Host", "shop.example.com");
        add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
        add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        add("Accept-Language", "en-US,en;q=0.5");
        add("Accept-Encoding", "gzip, deflate, br, zstd");
        add("Referer", "https://shop.example.com/products");
        add("Cookie", "session=0123456789abcdef0123456789abcdef");
        auto backend = std::make_shared<routing::Backend>();
        backend->name = "shop-products-80";
        route.backend = backend;
        record.connection = &facts;
        record.request = &head;
        record.request_line = "GET /api/v1/products/1234?fields=name,price&lang=en HTTP/1.1";
        record.client_ip = "192.0.2.7";
        record.request_id = "0123456789abcdef0123456789abcdef";
        record.route = &route;
        record.status = 200;
        record.took = std::chrono::milliseconds(12);
        record.request_bytes = 512;
        record.bytes_sent = 1300;
        record.body_bytes_sent = 1024;
        UpstreamTry only;
        only.endpoint = SocketAddress::parse("10.244.1.23:8080").value();
        only.status = 200;
        only.response = std::chrono::milliseconds(11);
        only.response_bytes = 1024;
        record.tries.push_back(only);
    }
    void add(std::string_view name, std::string_view value) {
        head.fields.push_back({name, value, field_id(name), false});
    }

    ConnectionFacts facts;
    RequestHead head;
    routing::Route route;
    RequestRecord record;
};

void append_lines(benchmark::State& state, std::string_view text, routing::LogEscape escape) {
    const OrdinaryRequest request;
    const LogFormat format = LogFormat::compile(text, escape).value();
    TimeTexts times;
    LogText out;
    for (auto _ : state) {
        if (out.size() > 60000) out.clear();
        times.set(std::chrono::system_clock::now());
        format.append_line(out, request.record, times);
    }
    benchmark::DoNotOptimize(out.view());
}

void default_format(benchmark::State& state) { append_lines(state, kDefaultLogFormat, routing::LogEscape::standard); }
BENCHMARK(default_format);

void json_format(benchmark::State& state) {
    append_lines(state,
                 R"({"time":"$time_iso8601","client":"$remote_addr","host":"$host","method":"$request_method",)"
                 R"("uri":"$uri","args":"$args","status":$status,"bytes":$bytes_sent,"seconds":$request_time,)"
                 R"("upstream":"$upstream_addr","ingress":"$ingress_name","agent":"$http_user_agent","id":"$req_id"})",
                 routing::LogEscape::json);
}
BENCHMARK(json_format);

}  // namespace
}  // namespace fairway::proxy
