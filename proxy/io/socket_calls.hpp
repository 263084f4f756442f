// Receiving and sending without the cancellation points that glibc makes of recv(2) and its kin in a process with several
// threads: two atomic operations a call. No thread of ours is ever cancelled.
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <span>

namespace fairway::proxy::io {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSeenBySanitizers = true;  // they watch memory and order through glibc's functions
#else
constexpr bool kSeenBySanitizers = false;
#endif

/// As recv(2) without flags: bytes, 0 at the end, or -1 and errno.
inline ssize_t receive(int fd, std::span<char> into) noexcept {
    if constexpr (kSeenBySanitizers) return recv(fd, into.data(), into.size(), 0);
    return syscall(SYS_recvfrom, fd, into.data(), into.size(), 0, nullptr, nullptr);
}

/// As sendmsg(2) of `pieces`, in order; never SIGPIPE. Bytes, or -1 and errno.
inline ssize_t send_pieces(int fd, std::span<const iovec> pieces) noexcept {
    // One piece is the common case, and cheaper without an array of them.
    if (pieces.size() == 1 && !kSeenBySanitizers)
        return syscall(SYS_sendto, fd, pieces.front().iov_base, pieces.front().iov_len, MSG_NOSIGNAL, nullptr, 0);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    if constexpr (kSeenBySanitizers) return sendmsg(fd, &message, MSG_NOSIGNAL);
    return syscall(SYS_sendmsg, fd, &message, MSG_NOSIGNAL);
}

}  // namespace fairway::proxy::io
