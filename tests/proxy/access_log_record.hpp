// A request as a worker records it, with everything that its record points to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/access_log/log_format.hpp"
#include "proxy/request_record.hpp"

namespace fairway::proxy {

/// GET http://shop.example.com/cart?item=7 from 192.0.2.7, answered 200 by 10.0.0.1:8080. Tests change what they need.
struct RecordedRequest {
    RecordedRequest() {
        facts.peer = SocketAddress::parse("192.0.2.7:50000").value();
        facts.peer_text = "192.0.2.7";
        facts.serial = 42;
        facts.local_port = 80;

        head.method = Method::get;
        head.method_text = "GET";
        set_target("/cart", "item=7");
        head.authority = "Shop.example.com:8080";
        add_field("Host", "Shop.example.com:8080");
        add_field("User-Agent", "curl/8.5.0");
        add_field("Accept", "*/*");

        policy = std::make_shared<routing::RoutePolicy>();
        backend = std::make_shared<routing::Backend>();
        backend->name = "shop-cart-80";
        backend->service_namespace = "shop";
        backend->service = "cart";
        backend->port = "80";
        owner = std::make_shared<routing::RouteOwner>();
        owner->ingress_namespace = "shop";
        owner->ingress = "web";
        route.path = "/cart";
        route.owner = owner;
        route.policy = policy;
        route.backend = backend;
        set_host("shop.example.com");

        record.connection = &facts;
        record.connection_requests = 3;
        record.took = std::chrono::milliseconds(1234);
        record.request = &head;
        record.request_line = "GET /cart?item=7 HTTP/1.1";
        record.client_ip = "198.51.100.9";
        record.host = "shop.example.com";
        record.best_host = head.authority;
        record.scheme = "https";
        record.request_id = "0123456789abcdef0123456789abcdef";
        record.route = &route;
        record.status = 200;
        record.request_bytes = 98;
        record.bytes_sent = 777;
        record.body_bytes_sent = 612;
        add_try("10.0.0.1:8080", 200, 0, 0.004, 0.0052, 612);
    }

    RecordedRequest(const RecordedRequest&) = delete;
    RecordedRequest& operator=(const RecordedRequest&) = delete;

    void add_field(std::string_view name, std::string_view value) {
        head.fields.push_back({name, value, field_id(name), false});
    }
    void add_response_field(std::string_view name, std::string_view value) {
        response_fields.push_back({name, value, field_id(name), false});
        record.response_fields = &response_fields;
    }
    void set_target(std::string_view path, std::string_view query) {
        target = std::string(path) + (query.empty() ? "" : "?") + std::string(query);
        head.target = head.origin_form = target;
        head.path = std::string_view(target).substr(0, path.size());
        head.query = query.empty() ? std::string_view{} : std::string_view(target).substr(path.size() + 1);
    }
    void set_host(const std::string& name) {
        rules = std::make_unique<routing::HostRules>(routing::HostRules::Options{name, false}, std::vector{route});
        record.rules = rules.get();
    }
    void add_try(std::string_view endpoint, std::uint16_t status, double connect, double header, double response,
                 std::uint64_t bytes) {
        using Seconds = std::chrono::duration<double>;
        record.tries.push_back({SocketAddress::parse(endpoint).value(), status, Seconds(connect), Seconds(header),
                                Seconds(response), bytes});
    }
    /// The head could not be parsed: 400.
    void refuse(std::string_view line) {
        record.request = nullptr;
        record.request_line = line;
        record.rules = nullptr;
        record.route = nullptr;
        record.host = {};
        record.tries.clear();
        record.status = 400;
    }

    ConnectionFacts facts;
    RequestHead head;
    std::string target;
    FieldList response_fields;
    std::shared_ptr<routing::RoutePolicy> policy;
    std::shared_ptr<routing::Backend> backend;
    std::shared_ptr<routing::RouteOwner> owner;
    routing::Route route;
    std::unique_ptr<routing::HostRules> rules;
    RequestRecord record;
};

/// 2025-09-28 12:00:00.045 UTC.
inline constexpr std::chrono::system_clock::time_point kLogTime{std::chrono::milliseconds(1759060800045)};

/// The line of a format, without its end.
inline std::string log_line(std::string_view format, const RecordedRequest& request,
                            routing::LogEscape escape = routing::LogEscape::standard) {
    LogText out;
    TimeTexts times;
    times.set(kLogTime);
    LogFormat::compile(format, escape).value().append_line(out, request.record, times);
    std::string line(out.view());
    if (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
}

}  // namespace fairway::proxy
