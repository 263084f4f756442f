#include "proxy/http1/request_head_writer.hpp"

#include "routing/policy/upstream_http.hpp"

namespace fairway::proxy::http1 {

namespace {

void write_usual_connection(OutBuffer& out, const RequestHead& head, UpstreamPersistence persistence) {
    if (!head.upgrade.empty()) {
        out.append_field("Upgrade", head.upgrade);
        out.append("Connection: upgrade\r\n");
        return;
    }
    const bool close = persistence == UpstreamPersistence::close;
    // RFC 9110 section 10.1.4: TE must be named in Connection.
    if (head.accepts_trailers) {
        out.append("TE: trailers\r\n");
        out.append(close ? "Connection: close, TE\r\n" : "Connection: TE\r\n");
    } else if (close) {
        out.append("Connection: close\r\n");
    }
}

/// ingress-nginx: with connection-proxy-header the field is fixed, so that nothing is upgraded either.
void write_connection(OutBuffer& out, const UpstreamRequest& request, UpstreamPersistence persistence) {
    using Connection = routing::UpstreamHttp::Connection;
    const auto fixed = request.http != nullptr ? request.http->connection : Connection::usual;
    switch (fixed) {
        case Connection::usual: return write_usual_connection(out, request.head, persistence);
        case Connection::close: return out.append("Connection: close\r\n");
        case Connection::keep_alive: return out.append("Connection: keep-alive\r\n");
    }
}

/// The length is written from the number that was understood, never as it was spelt.
void write_framing(OutBuffer& out, const UpstreamRequest& request) {
    if (request.framing() == Framing::chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    } else if (request.framing() == Framing::content_length) {
        out.append("Content-Length: ");
        out.append_decimal(request.content_length());
        out.append("\r\n");
    }
}

}  // namespace

void write_request_head(OutBuffer& out, const UpstreamRequest& request, UpstreamPersistence persistence) {
    const RequestHead& head = request.head;
    out.append(head.method_text);
    out.append(' ');
    out.append(request.target());
    out.append(request.http != nullptr && request.http->http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    // RFC 9112 section 3.2: Host is sent even when an HTTP/1.0 client named none; it is empty then.
    out.append_field("Host", request.host());
    write_connection(out, request, persistence);
    request.write_forwarded(out);
    request.for_each_passed_field(
        [&out](std::string_view name, std::string_view value) { out.append_field(name, value); });
    write_framing(out, request);
    out.append("\r\n");
}

}  // namespace fairway::proxy::http1
