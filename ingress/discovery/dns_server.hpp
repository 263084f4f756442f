// DNS server: UDP and TCP sockets on the control thread (RFC 1035 section 4.2, RFC 7766). What it answers, others decide.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ip_address.hpp"
#include "ingress/discovery/dns_message.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

/// The reply to a message, or nullopt to say nothing. Called on the thread of the io_context.
using DnsHandler = std::function<std::optional<std::vector<std::uint8_t>>(std::span<const std::uint8_t> query,
                                                                          DnsTransport transport)>;

struct DnsServerOptions {
    SocketAddress address;                    ///< port 0: any that is free for both, see DnsServer::address()
    std::size_t max_connections = 64;         ///< over TCP; one more is closed at once
    std::chrono::milliseconds timeout{5000};  ///< for a whole query to arrive over TCP, and for a reply to leave
};

/// Serves until destroyed, which closes every connection.
class DnsServer {
public:
    /// Throws std::runtime_error with a sentence that names the address when it cannot be bound.
    DnsServer(boost::asio::io_context& io, const DnsServerOptions& options, DnsHandler handler);
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    /// The same for UDP and TCP.
    SocketAddress address() const;

private:
    class State;
    std::shared_ptr<State> state_;  // shared with its coroutines, which may end after it
};

}  // namespace fairway::ingress
