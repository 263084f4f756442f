// Listeners: the sockets that accept downstream connections, and the accept loop on one of them.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/ip_address.hpp"
#include "proxy/io/descriptor.hpp"
#include "proxy/io/source.hpp"

namespace fairway::proxy {

inline constexpr int kListenBacklog = 4096;  ///< the kernel lowers it to net.core.somaxconn

/// A listening socket of one worker.
struct ListeningSocket {
    int fd = -1;
    SocketAddress address;  ///< that it is bound to
    bool tls = false;
};

/// Opens one SO_REUSEPORT socket for each address and worker.
/// @param port  0: a free one, the same for all.
/// @return by worker. Throws std::runtime_error that names address, port and cause.
std::vector<std::vector<ListeningSocket>> open_listeners(std::span<const IpAddress> addresses, std::uint16_t port,
                                                         bool tls, unsigned workers);

/// Given up to accept and close a connection when descriptors run out; one for all listeners of a worker.
class SpareDescriptor {
public:
    SpareDescriptor();
    void give_up() noexcept { fd_ = io::Descriptor{}; }
    void reopen();

private:
    io::Descriptor fd_;
};

/// Accepts on one socket for as long as it lives.
class Listener final : public io::Waiter {
public:
    using Handler = std::function<void(int fd, const ListeningSocket& listener, const SocketAddress& peer)>;

    Listener(io::Reactor& reactor, const ListeningSocket& socket, Handler handler, std::uint64_t& dropped,
             SpareDescriptor& spare);
    ~Listener();
    /// The kernel answers no more clients that begin to connect; those that have begun get in. Before the end of a listener,
    /// by some round trips: a handshake that ends after it is a connection that is reset.
    void ignore_new_handshakes() noexcept;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

private:
    void wake(io::Wake reason) override;
    void wait(std::chrono::milliseconds at_most);
    void refuse_one();

    static constexpr int kMaxAcceptsPerTurn = 64;  // then the connections that are there get their turn

    ListeningSocket socket_;
    io::Source source_;
    Handler handler_;
    std::uint64_t& dropped_;
    SpareDescriptor& spare_;
    io::TimePoint next_warning_{};
};

}  // namespace fairway::proxy
