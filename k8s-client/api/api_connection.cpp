#include "k8s-client/api/api_connection.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ip_address.hpp"
#include "k8s-client/api/api_client.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds kConnectLimit{5};
constexpr std::chrono::seconds kHandshakeLimit{10};  // an API server that has just started has many to do at once
constexpr int kDeadPeerMilliseconds =
    30'000;  // unacknowledged bytes, or unanswered keep-alives, for so long: it is gone

}  // namespace

ApiConnection::ApiConnection(asio::io_context& io) : tcp_(io), buffer_(std::size_t{1024} * 1024) {}

// A server that has vanished without a word must not keep a watch waiting for ever.
void ApiConnection::keep_watch_over_peer() {
    tcp_.socket().set_option(asio::socket_base::keep_alive(true));
    tcp_.socket().set_option(tcp::no_delay(true));
    const int fd = tcp_.socket().native_handle();
    const auto set = [fd](int option, int value) { setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value); };
    set(TCP_KEEPIDLE, 10);
    set(TCP_KEEPINTVL, 5);
    set(TCP_KEEPCNT, 4);
    set(TCP_USER_TIMEOUT, kDeadPeerMilliseconds);
}

asio::awaitable<std::unique_ptr<ApiConnection>> ApiConnection::open(asio::io_context& io, asio::ssl::context& tls,
                                                                    const ClientConfig& config) {
    auto connection = std::make_unique<ApiConnection>(io);
    std::string doing = "connecting";
    try {
        connection->tcp_.expires_after(kConnectLimit);
        boost::system::error_code not_an_address;
        const auto address = asio::ip::make_address(config.host, not_an_address);
        if (not_an_address) {
            tcp::resolver resolver(io);
            const auto found =
                co_await resolver.async_resolve(config.host, std::to_string(config.port), asio::use_awaitable);
            co_await connection->tcp_.async_connect(found, asio::use_awaitable);
        } else {
            co_await connection->tcp_.async_connect(tcp::endpoint(address, config.port), asio::use_awaitable);
        }
        connection->keep_watch_over_peer();
        if (config.tls) {
            doing = "the TLS handshake";
            connection->tcp_.expires_after(kHandshakeLimit);
            const auto& name = config.server_name.empty() ? config.host : config.server_name;
            auto& stream = connection->tls_.emplace(connection->tcp_, tls);
            // RFC 6066 section 3: only names are sent, not addresses.
            if (!IpAddress::parse(name)) SSL_set_tlsext_host_name(stream.native_handle(), name.c_str());
            if (!config.insecure_skip_verify) stream.set_verify_callback(asio::ssl::host_name_verification(name));
            co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
        }
        connection->tcp_.expires_never();
    } catch (const boost::system::system_error& error) {
        throw ApiUnreachable(fmt::format("{}: {}: {}", config.url(), doing, error.code().message()));
    }
    co_return connection;
}

}  // namespace fairway::k8s
