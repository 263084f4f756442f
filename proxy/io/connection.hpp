// Connection: one TCP connection, plain or TLS, downstream or upstream. Reads and writes are tried on the socket itself;
// only when it has nothing to give or take does the coroutine wait. An idle connection holds no buffer.
#pragma once

#include <openssl/types.h>
#include <sys/uio.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <span>
#include <vector>

#include "proxy/io/source.hpp"
#include "proxy/io/task.hpp"

namespace fairway::proxy::io {

enum class IoStatus : std::uint8_t {
    ok,
    end,          ///< orderly end of what the peer sends (TLS: with close_notify)
    would_block,  ///< only from try_…()
    error,        ///< reset, broken, TLS protocol error, end of a TLS stream without close_notify
    timeout,
    cancelled,
    plain_http,  ///< only from handshake(): the peer speaks HTTP without TLS; the connection is a plain one again
};

struct IoResult {
    IoStatus status = IoStatus::ok;
    std::size_t bytes = 0;
};

struct SslDeleter {
    void operator()(SSL* ssl) const noexcept;
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

class Connection {
public:
    /// Takes ownership of a non-blocking connected (or connecting: `writable` false) socket.
    Connection(Reactor& reactor, int fd, bool writable) : source_(reactor, fd, writable) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Source& source() noexcept { return source_; }
    const Source& source() const noexcept { return source_; }
    bool is_tls() const noexcept { return ssl_ != nullptr; }
    SSL* ssl() const noexcept { return ssl_.get(); }
    /// The fatal TLS alert with which the peer ended the connection; 0: none.
    std::uint8_t tls_alert() const noexcept { return tls_alert_; }

    /// Runs the TLS handshake of `ssl` (accept or connect state set). The whole of it must be over within `timeout`.
    Task<IoResult> handshake(SslPtr ssl, std::chrono::milliseconds timeout);

    IoResult try_read(std::span<char> into);
    /// Writes from the start of `pieces` what the peer can take now; may be less than all.
    IoResult try_write(std::span<const iovec> pieces);

    /// True when bytes may be read without waiting for the network: also those that TLS has decrypted already. Half a TLS
    /// record counts until a read has found that it is no more than that.
    bool has_input() const noexcept;

    // `const IoResult got = co_await connection.read_some(buffer, timeout);`
    class ReadAwaiter;
    ReadAwaiter read_some(std::span<char> into, std::chrono::milliseconds timeout) noexcept;

    /// Writes all of `pieces` (changed while it goes on). The timeout is between two successful writes.
    Task<IoResult> write_all(std::span<iovec> pieces, std::chrono::milliseconds timeout);
    /// As write_all(), as long as the peer takes it: would_block when it does not, `pieces` is then what is left.
    IoResult write_now(std::span<iovec>& pieces);

    /// Says that nothing more will be sent: FIN, or close_notify and FIN.
    void shutdown_write() noexcept;
    /// The close that follows is a reset: the peer cannot take what it got for the whole.
    void reset_on_close() noexcept;

private:
    friend struct TlsBio;
    static constexpr std::size_t kMaxCiphertextPerWrite = 64 * 1024;

    Task<IoResult> write_rest(std::span<iovec> pieces, std::size_t written, std::chrono::milliseconds timeout);
    IoResult try_write_plain(std::span<const iovec> pieces);
    IoResult try_write_tls(std::span<const iovec> pieces);
    IoResult tls_failure(int result);
    IoStatus flush_ciphertext();

    Source source_;
    SslPtr ssl_;
    std::vector<char> unsent_ciphertext_;  // what the socket would not take; empty nearly always
    std::uint8_t tls_alert_ = 0;
    bool tls_broken_ = false;
    bool tls_starved_ = false;  // what OpenSSL holds is part of a record: nothing to read before the socket has more
};

class Connection::ReadAwaiter final : Waiter {
public:
    ReadAwaiter(Connection& connection, std::span<char> into, std::chrono::milliseconds timeout) noexcept
        : connection_(connection), into_(into), timeout_(timeout) {}

    bool await_ready() {
        result_ = connection_.try_read(into_);
        return result_.status != IoStatus::would_block;
    }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting_ = handle;
        connection_.source_.wait_readable(*this, timeout_);
    }
    IoResult await_resume() const noexcept { return result_; }

private:
    void wake(Wake reason) override {
        if (reason == Wake::ready) {
            result_ = connection_.try_read(into_);
            if (result_.status == IoStatus::would_block) return connection_.source_.wait_on_readable(*this);
        } else {
            result_ = {reason == Wake::timeout ? IoStatus::timeout : IoStatus::cancelled, 0};
        }
        awaiting_.resume();
    }

    Connection& connection_;
    std::span<char> into_;
    std::chrono::milliseconds timeout_;
    IoResult result_;
    std::coroutine_handle<> awaiting_;
};

inline Connection::ReadAwaiter Connection::read_some(std::span<char> into, std::chrono::milliseconds timeout) noexcept {
    return {*this, into, timeout};
}

}  // namespace fairway::proxy::io
