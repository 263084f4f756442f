// A small HTTP/1.1 server for a handful of clients: health probes, Prometheus, a curl at hand, an API server that asks the
// admission webhook. It runs on the thread of the io_context it is given; the data plane has its own server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ip_address.hpp"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace fairway::admin {

struct HttpRequest {
    std::string method;  ///< as sent: "GET"
    std::string path;    ///< request target without its query
    std::string query;   ///< what follows "?", as sent; empty: none
    std::string host;    ///< field Host as sent; empty: none
    std::string body;
};

struct HttpResponse {
    unsigned status = 200;
    std::string body;
    std::string content_type = "text/plain; charset=utf-8";
    /// For long answers: yields what follows `body` piece by piece, then nullopt; sent chunked, and other work of the
    /// thread goes on between two pieces. Not called for HEAD. An exception cuts the answer short.
    std::function<std::optional<std::string>()> more;
};

/// Called on the thread of the io_context. An exception becomes a 500 and a log line.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpServerOptions {
    std::optional<IpAddress> address;   ///< absent: every IPv4 and IPv6 address
    std::uint16_t port = 0;             ///< 0: any free port, see HttpServer::port()
    std::size_t max_connections = 128;  ///< one more is closed at once
    std::size_t max_header_bytes = 8 * 1024;
    std::size_t max_body_bytes = 64 * 1024;
    std::size_t max_total_body_bytes = 8 * 1024 * 1024;  ///< of all that arrive at once; one more is answered 503
    std::chrono::seconds timeout{10};       ///< for a handshake, for a request to arrive, for a response to leave
    std::chrono::seconds idle_timeout{10};  ///< between requests
    /// For HTTPS: the context of the connection that is being accepted. Empty: plain HTTP.
    std::function<std::shared_ptr<boost::asio::ssl::context>()> tls;
};

/// Serves until destroyed, which closes every connection.
class HttpServer {
public:
    /// Throws std::runtime_error with a sentence that names the address when it cannot be bound.
    HttpServer(boost::asio::io_context& io, const HttpServerOptions& options, HttpHandler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const;
    /// Answers say from now on that their connection ends: clients go elsewhere before the server does.
    void end_keep_alive();

private:
    class State;
    std::shared_ptr<State> state_;  // shared with the coroutines of its connections, which may end after it
};

}  // namespace fairway::admin
