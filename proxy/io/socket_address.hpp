// SocketAddress to and from the kernel's form.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "base/ip_address.hpp"

namespace fairway::proxy::io {

class RawSocketAddress {
public:
    RawSocketAddress() noexcept : size_(sizeof storage_) {}
    explicit RawSocketAddress(const SocketAddress& address) noexcept {
        if (address.ip.v6) {
            auto* raw = reinterpret_cast<sockaddr_in6*>(&storage_);
            raw->sin6_family = AF_INET6;
            raw->sin6_port = htons(address.port);
            std::memcpy(&raw->sin6_addr, address.ip.bytes.data(), 16);
            size_ = sizeof *raw;
        } else {
            auto* raw = reinterpret_cast<sockaddr_in*>(&storage_);
            raw->sin_family = AF_INET;
            raw->sin_port = htons(address.port);
            std::memcpy(&raw->sin_addr, address.ip.bytes.data(), 4);
            size_ = sizeof *raw;
        }
    }

    int family() const noexcept { return storage_.ss_family; }
    sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }
    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return size_; }
    socklen_t* size_out() noexcept { return &size_; }

    SocketAddress value() const noexcept {
        if (storage_.ss_family == AF_INET6) {
            const auto* raw = reinterpret_cast<const sockaddr_in6*>(&storage_);
            return {IpAddress::from_v6(&raw->sin6_addr), ntohs(raw->sin6_port)};
        }
        const auto* raw = reinterpret_cast<const sockaddr_in*>(&storage_);
        return {IpAddress::from_v4(&raw->sin_addr), ntohs(raw->sin_port)};
    }

private:
    sockaddr_storage storage_{};
    socklen_t size_;
};

}  // namespace fairway::proxy::io
