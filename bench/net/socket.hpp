// Loopback TCP sockets for the programs of bench/: an owning descriptor, and how to listen, accept and connect.
// Every socket is non-blocking and has TCP_NODELAY set, as the proxies under test set it.
#pragma once

#include <cstdint>
#include <utility>

namespace fairway::bench {

/// Owns a file descriptor and closes it. Empty holds -1.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd();

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void close();

private:
    int fd_ = -1;
};

/// Listens on 127.0.0.1; port 0 picks a free one, see local_port(). Throws std::system_error.
Fd listen_on_loopback(std::uint16_t port);

/// The port that a listening socket got.
std::uint16_t local_port(const Fd& listener);

/// The next waiting connection, or an empty Fd when there is none.
Fd accept_from(const Fd& listener);

/// Starts a connect to 127.0.0.1:port without waiting for it: writable means done, see connect_error().
/// Throws std::system_error when no socket can be made (descriptors or ports used up).
Fd start_connect(std::uint16_t port);

/// errno of a connect that start_connect() began; 0 when it succeeded.
int connect_error(const Fd& socket);

/// Lets the process open as many descriptors as its hard limit allows.
void raise_descriptor_limit();

}  // namespace fairway::bench
