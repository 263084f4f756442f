#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"

namespace fairway::ingress {

namespace {

using Connection = routing::UpstreamHttp::Connection;

Result<bool> parse_is_1_0(std::string_view text) {
    if (text == "1.0") return true;
    if (text == "1.1") return false;
    return Error{fmt::format("\"{}\" is neither 1.0 nor 1.1", text)};
}

Result<Connection> parse_connection(std::string_view text) {
    if (ascii::iequals(text, "close")) return Connection::close;
    if (ascii::iequals(text, "keep-alive")) return Connection::keep_alive;
    return Error{fmt::format("\"{}\" is neither close nor keep-alive", text)};
}

}  // namespace

void read_upstream_http(SettingReader& settings, routing::Part<routing::UpstreamHttp>& policy) {
    routing::UpstreamHttp http = policy ? *policy : routing::UpstreamHttp{};
    settings.read("proxy-http-version", http.http_1_0, parse_is_1_0);
    settings.read("connection-proxy-header", http.connection, parse_connection);
    if (http == routing::UpstreamHttp{})
        policy.reset();
    else
        policy = std::move(http);
}

}  // namespace fairway::ingress
