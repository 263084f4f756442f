#include "ingress/discovery/dns_server.hpp"

#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "base/log.hpp"

namespace fairway::ingress {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using asio::ip::udp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// How often a port is looked for that is free for both, when any will do.
constexpr int kPortAttempts = 16;
/// After an error that may last: out of descriptors, as a rule.
constexpr auto kRetryDelay = std::chrono::milliseconds(100);

struct Sockets {
    tcp::acceptor acceptor;
    udp::socket datagrams;
};

template <class Socket, class Endpoint, class... Options>
void bind(Socket& socket, const Endpoint& endpoint, const Options&... options) {
    socket.open(endpoint.protocol());
    (socket.set_option(options), ...);
    if (endpoint.address().is_v6()) socket.set_option(asio::ip::v6_only(true));
    socket.bind(endpoint);
}

Sockets open(asio::io_context& io, const SocketAddress& address) {
    const auto ip = asio::ip::make_address(address.ip.to_string());
    for (int attempt = 1;; ++attempt) {
        Sockets sockets{tcp::acceptor(io), udp::socket(io)};
        try {
            bind(sockets.acceptor, tcp::endpoint(ip, address.port), tcp::acceptor::reuse_address(true));
            sockets.acceptor.listen();
            bind(sockets.datagrams, udp::endpoint(ip, sockets.acceptor.local_endpoint().port()));
            return sockets;
        } catch (const boost::system::system_error& error) {
            if (address.port == 0 && attempt < kPortAttempts) continue;
            throw std::runtime_error(
                fmt::format("cannot listen on {} for DNS: {}", address.to_string(), error.code().message()));
        }
    }
}

void log_failure(const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        log::error("dns.failed", {{"error", error.what()}});
    }
}

}  // namespace

class DnsServer::State {
public:
    State(asio::io_context& io, const DnsServerOptions& options, DnsHandler handler)
        : options_(options),
          handler_(std::move(handler)),
          sockets_(open(io, options.address)),
          accept_retry_(io),
          receive_retry_(io) {}

    static void start(const std::shared_ptr<State>& state) {
        const auto executor = state->sockets_.acceptor.get_executor();
        asio::co_spawn(executor, accept_loop(state), log_failure);
        asio::co_spawn(executor, receive_loop(state), log_failure);
    }

    SocketAddress address() const { return {options_.address.ip, sockets_.acceptor.local_endpoint().port()}; }

    void stop() {
        stopped_ = true;
        boost::system::error_code ignored;
        sockets_.acceptor.close(ignored);
        sockets_.datagrams.close(ignored);
        accept_retry_.cancel();
        receive_retry_.cancel();
        for (auto* stream : streams_) stream->close();
    }

private:
    /// One query that cannot be answered must not end the loop that answers all others.
    std::optional<std::vector<std::uint8_t>> answer(std::span<const std::uint8_t> query, DnsTransport transport) const {
        try {
            return handler_(query, transport);
        } catch (const std::exception& error) {
            log::error("dns.query.failed", {{"error", error.what()}});
            return std::nullopt;
        }
    }

    static asio::awaitable<void> receive_loop(std::shared_ptr<State> self) {
        std::array<std::uint8_t, kMaxQueryBytes + 1> buffer;  // one more, so that a longer query is seen to be longer
        while (!self->stopped_) {
            udp::endpoint client;
            const auto [error, size] =
                co_await self->sockets_.datagrams.async_receive_from(asio::buffer(buffer), client, kAwait);
            if (self->stopped_) co_return;
            if (error) {
                self->receive_retry_.expires_after(kRetryDelay);
                co_await self->receive_retry_.async_wait(kAwait);
                continue;
            }
            // Port 0 is nobody's; it comes from forgers.
            const auto reply =
                client.port() == 0 ? std::nullopt : self->answer(std::span(buffer).first(size), DnsTransport::udp);
            if (reply) co_await self->sockets_.datagrams.async_send_to(asio::buffer(*reply), client, kAwait);
        }
    }

    static asio::awaitable<void> accept_loop(std::shared_ptr<State> self) {
        while (!self->stopped_) {
            auto [error, socket] = co_await self->sockets_.acceptor.async_accept(kAwait);
            if (self->stopped_) co_return;
            if (error) {
                self->accept_retry_.expires_after(kRetryDelay);
                co_await self->accept_retry_.async_wait(kAwait);
                continue;
            }
            if (self->streams_.size() >= self->options_.max_connections) continue;
            const auto executor = self->sockets_.acceptor.get_executor();
            asio::co_spawn(executor, serve(self, beast::tcp_stream(std::move(socket))), log_failure);
        }
    }

    static asio::awaitable<void> serve(std::shared_ptr<State> self, beast::tcp_stream stream) {
        struct Listed {
            std::set<beast::tcp_stream*>& streams;
            beast::tcp_stream* stream;
            ~Listed() { streams.erase(stream); }
        };
        self->streams_.insert(&stream);
        const Listed listed{self->streams_, &stream};
        bool more = true;
        while (more && !self->stopped_) more = co_await serve_one(*self, stream);
    }

    /// One query, with its length in front (RFC 1035 section 4.2.2). False: the connection is over.
    static asio::awaitable<bool> serve_one(State& self, beast::tcp_stream& stream) {
        std::array<std::uint8_t, 2> length;
        stream.expires_after(self.options_.timeout);
        const auto [length_error, length_bytes] = co_await asio::async_read(stream, asio::buffer(length), kAwait);
        static_cast<void>(length_bytes);
        if (length_error) co_return false;
        const std::size_t size = static_cast<std::size_t>(length[0]) << 8 | length[1];
        if (size > kMaxQueryBytes) co_return false;
        std::vector<std::uint8_t> query(size);
        const auto [error, bytes] = co_await asio::async_read(stream, asio::buffer(query), kAwait);
        static_cast<void>(bytes);
        if (error || self.stopped_) co_return false;
        const auto reply = self.answer(query, DnsTransport::tcp);
        if (!reply) co_return false;
        length = {static_cast<std::uint8_t>(reply->size() >> 8), static_cast<std::uint8_t>(reply->size())};
        const std::array<asio::const_buffer, 2> parts{asio::buffer(length), asio::buffer(*reply)};
        stream.expires_after(self.options_.timeout);
        const auto [write_error, written] = co_await asio::async_write(stream, parts, kAwait);
        static_cast<void>(written);
        co_return !write_error;
    }

    const DnsServerOptions options_;
    const DnsHandler handler_;
    Sockets sockets_;
    asio::steady_timer accept_retry_;
    asio::steady_timer receive_retry_;
    std::set<beast::tcp_stream*> streams_;  // of the coroutines that serve them
    bool stopped_ = false;
};

DnsServer::DnsServer(asio::io_context& io, const DnsServerOptions& options, DnsHandler handler)
    : state_(std::make_shared<State>(io, options, std::move(handler))) {
    State::start(state_);
}

DnsServer::~DnsServer() { state_->stop(); }

SocketAddress DnsServer::address() const { return state_->address(); }

}  // namespace fairway::ingress
