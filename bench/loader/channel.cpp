#include "loader/channel.hpp"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace fairway::bench {

TlsClient::TlsClient(std::string server_name)
    : context_(SSL_CTX_new(TLS_client_method())), server_name_(std::move(server_name)) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context_.get(), 1);
}

Channel::Channel(std::uint16_t port, const TlsClient* tls) : socket_(start_connect(port)) {
    if (tls == nullptr) return;
    tls_.reset(SSL_new(tls->context()));
    SSL_set_fd(tls_.get(), socket_.get());
    SSL_set_connect_state(tls_.get());
    SSL_set_tlsext_host_name(tls_.get(), tls->server_name().c_str());
}

Io Channel::open() {
    if (phase_ == Phase::connecting) {
        pollfd writable{socket_.get(), POLLOUT, 0};
        if (::poll(&writable, 1, 0) == 0) return Io::blocked;
        if (connect_error(socket_) != 0) return Io::failed;
        phase_ = tls_ ? Phase::handshake : Phase::open;
    }
    if (phase_ == Phase::handshake) {
        ERR_clear_error();
        const int result = SSL_do_handshake(tls_.get());
        if (result != 1) return judge_tls(result);
        phase_ = Phase::open;
    }
    return Io::done;
}

Io Channel::read(std::span<char> into, std::size_t& got) {
    if (tls_) {
        ERR_clear_error();
        const int result = SSL_read_ex(tls_.get(), into.data(), into.size(), &got);
        return result == 1 ? Io::done : judge_tls(result);
    }
    const auto count = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (count == 0) return Io::closed;
    if (count < 0) return errno == EAGAIN ? Io::blocked : Io::failed;
    got = static_cast<std::size_t>(count);
    return Io::done;
}

Io Channel::write(std::string_view& bytes) {
    std::size_t count = 0;
    if (tls_) {
        ERR_clear_error();
        const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count);
        if (result != 1) return judge_tls(result);
    } else {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN ? Io::blocked : Io::failed;
        count = static_cast<std::size_t>(sent);
    }
    bytes.remove_prefix(count);
    return Io::done;
}

Io Channel::judge_tls(int result) const {
    switch (SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return Io::blocked;
        case SSL_ERROR_ZERO_RETURN: return Io::closed;
        default: return Io::failed;
    }
}

void Channel::close() {
    if (tls_ && phase_ == Phase::open) {
        ERR_clear_error();
        SSL_shutdown(tls_.get());
    }
    socket_.close();
}

std::string Channel::describe() const {
    if (!tls_) return {};
    return std::string(SSL_get_version(tls_.get())) + " " + SSL_get_cipher_name(tls_.get());
}

}  // namespace fairway::bench
