// Descriptor: owns a file descriptor until a Source takes it.
#pragma once

#include <unistd.h>

#include <utility>

namespace fairway::proxy::io {

class Descriptor {
public:
    Descriptor() noexcept = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        Descriptor(std::move(other)).swap(*this);
        return *this;
    }
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }

    int get() const noexcept { return fd_; }
    /// The caller closes it from here on; -1 when there is none.
    int release() noexcept { return std::exchange(fd_, -1); }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    void swap(Descriptor& other) noexcept { std::swap(fd_, other.fd_); }

    int fd_ = -1;
};

}  // namespace fairway::proxy::io
