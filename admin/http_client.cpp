#include "admin/http_client.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <optional>

namespace fairway::admin {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Server {
    std::string host;       ///< for the resolver
    std::string port;       ///< never empty
    std::string authority;  ///< for the field Host
};

Result<Server> server_of(const std::string& base) {
    const auto url = boost::urls::parse_absolute_uri(base);
    const bool plain = url && url->scheme() == "http" && !url->host().empty() && !url->has_userinfo() &&
                       (url->encoded_path().empty() || url->encoded_path() == "/") && !url->has_query();
    if (!plain)
        return Error{
            fmt::format("\"{}\" is not the URL of an instance; write one such as http://127.0.0.1:10255", base)};
    const std::string port = url->has_port() ? std::string(url->port()) : "80";
    return Server{std::string(url->host_address()), port, std::string(url->encoded_host_and_port())};
}

/// Resolves, connects and asks; the deadline is the stream's.
asio::awaitable<Result<HttpAnswer>> exchange(Server server, std::string target, HttpClientLimits limits) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto [resolve_error, found] = co_await resolver.async_resolve(server.host, server.port, kAwait);
    if (resolve_error) co_return Error{resolve_error.message()};

    beast::tcp_stream stream(executor);
    stream.expires_after(limits.timeout);
    const auto [connect_error, endpoint] = co_await stream.async_connect(found, kAwait);
    if (connect_error) co_return Error{connect_error.message()};

    http::request<http::empty_body> request(http::verb::get, target, 11);
    request.set(http::field::host, server.authority);
    request.set(http::field::connection, "close");
    const auto [write_error, written] = co_await http::async_write(stream, request, kAwait);
    if (write_error) co_return Error{write_error.message()};

    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
    parser.body_limit(limits.max_body_bytes);
    const auto [read_error, size] = co_await http::async_read(stream, buffer, parser, kAwait);
    if (read_error) co_return Error{read_error.message()};
    auto message = parser.release();
    co_return HttpAnswer{message.result_int(), std::move(message.body())};
}

}  // namespace

Result<void> check_server_url(const std::string& base) {
    const auto server = server_of(base);
    return server ? Result<void>() : Result<void>(server.error());
}

Result<HttpAnswer> http_get(const std::string& base, const std::string& target, const HttpClientLimits& limits) {
    const auto server = server_of(base);
    if (!server) return server.error();
    asio::io_context io(1);
    std::optional<Result<HttpAnswer>> answer;
    asio::co_spawn(io, exchange(*server, target, limits),
                   [&](const std::exception_ptr& failure, Result<HttpAnswer> result) {
                       if (!failure) answer.emplace(std::move(result));
                   });
    // A little more than the stream's own limit, for name resolution, which has none.
    io.run_for(limits.timeout + std::chrono::seconds(5));
    if (!answer) return Error{fmt::format("{} did not answer in time", base)};
    if (!*answer) return Error{fmt::format("{}: {}", base, answer->error().message)};
    return std::move(**answer);
}

}  // namespace fairway::admin
