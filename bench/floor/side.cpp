#include "floor/side.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

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

std::optional<std::string_view> Side::receive(std::span<char> scratch) {
    if (!tls_) {
        const auto got = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
        if (got > 0) return std::string_view{scratch.data(), static_cast<std::size_t>(got)};
        return got < 0 && errno == EAGAIN ? std::optional{std::string_view{}} : std::nullopt;
    }
    std::size_t got = 0;
    const int result = SSL_read_ex(tls_.get(), scratch.data(), scratch.size(), &got);
    if (result == 1) return std::string_view{scratch.data(), got};
    return SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_READ ? std::optional{std::string_view{}} : std::nullopt;
}

bool Side::send(std::string_view bytes) {
    const auto sent = send_some(bytes);
    if (!sent) return false;
    rest_ = bytes.substr(*sent);
    return true;
}

bool Side::send_rest() {
    const auto sent = send_some(rest_);
    if (!sent) return false;
    rest_.erase(0, *sent);
    return true;
}

std::optional<std::size_t> Side::send_some(std::string_view bytes) {
    std::size_t total = 0;
    while (total < bytes.size()) {
        if (!tls_) {
            const auto sent = ::send(socket_.get(), bytes.data() + total, bytes.size() - total, MSG_NOSIGNAL);
            if (sent < 0) return errno == EAGAIN ? std::optional{total} : std::nullopt;
            total += static_cast<std::size_t>(sent);
            continue;
        }
        std::size_t sent = 0;
        const int result = SSL_write_ex(tls_.get(), bytes.data() + total, bytes.size() - total, &sent);
        if (result != 1)
            return SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_WRITE ? std::optional{total} : std::nullopt;
        total += sent;
    }
    return total;
}

void Side::watch(Poller& poller, std::uint32_t events) {
    if (!watched_)
        poller.watch(socket_.get(), events, this);
    else if (*watched_ != events)
        poller.change(socket_.get(), events, this);
    watched_ = events;
}

}  // namespace fairway::bench
