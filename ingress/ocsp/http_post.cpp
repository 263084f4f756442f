#include "ingress/ocsp/http_post.hpp"

#include <chrono>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::chrono::seconds kTimeout{5};
constexpr std::size_t kMaxBody = 64 * 1024;

struct Target {
    std::string host;
    std::string port = "80";
    std::string path = "/";
};

std::optional<Target> parse(std::string_view url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) return std::nullopt;
    url.remove_prefix(kScheme.size());
    Target target;
    const auto slash = url.find('/');
    std::string_view authority = url.substr(0, slash);
    if (slash != std::string_view::npos) target.path = url.substr(slash);
    const auto colon = authority.rfind(':');
    if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
        target.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
    target.host = authority;
    for (const char c : url)
        if (c <= ' ' || c >= 0x7f) return std::nullopt;  // nothing that could end the line of the request
    return target.host.empty() ? std::nullopt : std::optional(std::move(target));
}

asio::awaitable<std::string> exchange(Target target, HttpPost post) {
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver(executor);
    const auto addresses = co_await resolver.async_resolve(target.host, target.port, asio::use_awaitable);
    beast::tcp_stream stream(executor);
    stream.expires_after(kTimeout);
    co_await stream.async_connect(addresses, asio::use_awaitable);
    http::request<http::string_body> request(http::verb::post, target.path, 11, std::move(post.body));
    request.set(http::field::host, target.port == "80" ? target.host : target.host + ":" + target.port);
    request.set(http::field::content_type, post.content_type);
    request.set(http::field::connection, "close");
    request.prepare_payload();
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.body_limit(kMaxBody);
    co_await http::async_read(stream, buffer, answer, asio::use_awaitable);
    if (answer.get().result() != http::status::ok)
        throw std::runtime_error(fmt::format("it answers {}", answer.get().result_int()));
    co_return std::move(answer.get().body());
}

}  // namespace

void http_post(asio::io_context& io, HttpPost post, std::function<void(Result<std::string>)> done) {
    auto target = parse(post.url);
    if (!target) {
        asio::post(
            io, [done = std::move(done), url = post.url] { done(Error{fmt::format("\"{}\" is no http URL", url)}); });
        return;
    }
    asio::co_spawn(io, exchange(*std::move(target), std::move(post)),
                   [done = std::move(done)](const std::exception_ptr& failure, std::string body) {
                       if (!failure) return done(std::move(body));
                       try {
                           std::rethrow_exception(failure);
                       } catch (const std::exception& error) {
                           done(Error{error.what()});
                       }
                   });
}

}  // namespace fairway::ingress
