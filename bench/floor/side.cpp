#include "floor/side.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace fairway::bench {

SslContext make_server_context(const char* certificate_path, const char* key_path) {
    SslContext context{SSL_CTX_new(TLS_server_method())};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One receive a record instead of two (header, then body).
    SSL_CTX_set_read_ahead(context.get(), 1);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_path) != 1)
        throw std::runtime_error(std::string("cannot use certificate ") + certificate_path);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_path, SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error(std::string("cannot use key ") + key_path);
    return context;
}

void Side::start_tls(SSL_CTX* context) {
    tls_.reset(SSL_new(context));
    SSL_set_fd(tls_.get(), socket_.get());
    SSL_set_accept_state(tls_.get());
}

bool Side::receive(Buffer& buffer) {
    buffer.unsent = {};
    std::size_t got = 0;
    if (tls_) {
        const int result = SSL_read_ex(tls_.get(), buffer.space.data(), buffer.space.size(), &got);
        if (result != 1) return SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_READ;
    } else {
        const auto count = ::recv(socket_.get(), buffer.space.data(), buffer.space.size(), 0);
        if (count <= 0) return count < 0 && errno == EAGAIN;
        got = static_cast<std::size_t>(count);
    }
    buffer.unsent = {buffer.space.data(), got};
    return true;
}

bool Side::send(Buffer& buffer) {
    if (tls_) return send_tls(buffer);
    while (!buffer.unsent.empty()) {
        const auto sent = ::send(socket_.get(), buffer.unsent.data(), buffer.unsent.size(), MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN;
        buffer.unsent.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Side::send_tls(Buffer& buffer) {
    while (!buffer.unsent.empty()) {
        std::size_t sent = 0;
        const int result = SSL_write_ex(tls_.get(), buffer.unsent.data(), buffer.unsent.size(), &sent);
        if (result != 1) return SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_WRITE;
        buffer.unsent.remove_prefix(sent);
    }
    return true;
}

void Side::watch(Poller& poller, std::uint32_t events) {
    if (!watched_)
        poller.watch(socket_.get(), events, this);
    else if (*watched_ != events)
        poller.change(socket_.get(), events, this);
    watched_ = events;
}

}  // namespace fairway::bench
