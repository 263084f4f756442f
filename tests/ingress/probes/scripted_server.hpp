// A server that answers as a test tells it, on a port of its own, in the io_context of the probe.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <string>
#include <vector>

namespace fairway::ingress::test {

namespace asio = boost::asio;
using asio::ip::tcp;

/// What the server sends once it has read a request head, and what it does then.
struct Reply {
    enum class Then { close, reset, hang };
    std::string text;
    Then then = Then::close;
};

class ScriptedServer {
public:
    using Script = std::function<Reply(const std::string& request)>;

    ScriptedServer(asio::io_context& io, Script script, asio::ssl::context* tls = nullptr)
        : acceptor_(io, {asio::ip::address_v4::loopback(), 0}), script_(std::move(script)), tls_(tls) {
        asio::co_spawn(io, serve(), asio::detached);
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    const std::vector<std::string>& requests() const { return requests_; }
    /// Connections whose client has gone, or that the server has closed.
    int ended() const { return ended_; }

private:
    asio::awaitable<void> serve() {
        for (;;) {
            boost::system::error_code error;
            auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return;
            if (tls_ == nullptr)
                asio::co_spawn(acceptor_.get_executor(), plain(std::move(socket)), asio::detached);
            else
                asio::co_spawn(acceptor_.get_executor(), encrypted(std::move(socket)), asio::detached);
        }
    }

    asio::awaitable<void> plain(tcp::socket socket) {
        co_await answer(socket, socket);
        ++ended_;
    }

    asio::awaitable<void> encrypted(tcp::socket socket) {
        asio::ssl::stream<tcp::socket&> stream(socket, *tls_);
        boost::system::error_code error;
        co_await stream.async_handshake(asio::ssl::stream_base::server,
                                        asio::redirect_error(asio::use_awaitable, error));
        if (!error) co_await answer(stream, socket);
        ++ended_;
    }

    template <class Stream>
    asio::awaitable<void> answer(Stream& stream, tcp::socket& socket) {
        boost::system::error_code error;
        std::string request;
        co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n",
                                        asio::redirect_error(asio::use_awaitable, error));
        requests_.push_back(request);
        const auto reply = script_(request);
        co_await asio::async_write(stream, asio::buffer(reply.text), asio::redirect_error(asio::use_awaitable, error));
        if (reply.then == Reply::Then::reset) socket.set_option(asio::socket_base::linger(true, 0));
        if (reply.then != Reply::Then::hang) co_return;
        std::array<char, 4096> more;
        while (!error)
            co_await stream.async_read_some(asio::buffer(more), asio::redirect_error(asio::use_awaitable, error));
    }

    tcp::acceptor acceptor_;
    Script script_;
    asio::ssl::context* tls_;
    std::vector<std::string> requests_;
    int ended_ = 0;
};

}  // namespace fairway::ingress::test
