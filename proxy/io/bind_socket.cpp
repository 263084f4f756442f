#include "proxy/io/bind_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "proxy/io/socket_address.hpp"

namespace fairway::proxy::io {

namespace {

void set_option(int fd, int level, int option) {
    const int on = 1;
    setsockopt(fd, level, option, &on, sizeof on);
}

}  // namespace

BoundSocket bind_socket(const SocketAddress& address, SocketType type, SharePort share) {
    const RawSocketAddress raw(address);
    const int kind = type == SocketType::tcp ? SOCK_STREAM : SOCK_DGRAM;
    BoundSocket bound{Descriptor(socket(raw.family(), kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), 0};
    if (!bound.fd) return {Descriptor{}, errno};
    // For UDP this option would share the port with anybody who sets it too.
    if (type == SocketType::tcp) set_option(bound.fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (share == SharePort::yes) set_option(bound.fd.get(), SOL_SOCKET, SO_REUSEPORT);
    if (address.ip.v6) set_option(bound.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    if (bind(bound.fd.get(), raw.get(), raw.size()) != 0) return {Descriptor{}, errno};
    return bound;
}

int probe_port(const SocketAddress& address, SocketType type) {
    return address.port == 0 ? 0 : bind_socket(address, type, SharePort::no).error;
}

std::string bind_advice(int error) {
    switch (error) {
        case EADDRINUSE: return "another process uses the port: stop it or choose another port";
        case EACCES: return "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE: choose a port above";
        case EADDRNOTAVAIL: return "this machine does not have the address: choose one of its own, or 127.0.0.1";
        case EAFNOSUPPORT: return "this machine has no IPv6: choose an IPv4 address";
        case EMFILE:
        case ENFILE: return "out of file descriptors: raise the limit (ulimit -n)";
        default: return {};
    }
}

}  // namespace fairway::proxy::io
