#include "ingress/probes/connect.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/this_coro.hpp>

namespace fairway::ingress {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<tcp::socket> connect_to(std::shared_ptr<AttemptProgress> progress, std::string host,
                                        std::uint16_t port) {
    tcp::socket socket(co_await asio::this_coro::executor);
    if (const auto address = IpAddress::parse(host)) {
        const tcp::endpoint target(asio::ip::make_address(host), port);
        progress->doing = fmt::format("connecting to {}", SocketAddress{*address, port}.to_string());
        co_await socket.async_connect(target, asio::use_awaitable);
    } else {
        tcp::resolver resolver(co_await asio::this_coro::executor);
        progress->doing = fmt::format("resolving the name {}", host);
        const auto targets = co_await resolver.async_resolve(host, std::to_string(port), asio::use_awaitable);
        progress->doing = fmt::format("connecting to {}:{}", host, port);
        co_await asio::async_connect(socket, targets, asio::use_awaitable);
    }
    socket.set_option(asio::socket_base::linger(true, 0));
    co_return socket;
}

}  // namespace fairway::ingress
