#include "wire/tls_peer.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace fairway::wire {

void TlsPeer::begin(SSL_CTX& context, Socket socket) {
    socket_ = std::move(socket);
    const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ssl_.reset(SSL_new(&context));
    SSL_set_fd(ssl_.get(), socket_.fd());
}

void TlsPeer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ERR_clear_error();
        const int sent =
            SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
        if (sent <= 0) return;  // the peer is gone: what it received is what the test looks at
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool TlsPeer::fill() {
    char buffer[65536];
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got <= 0) {
        const int error = SSL_get_error(ssl_.get(), got);
        orderly_end_ = error == SSL_ERROR_ZERO_RETURN;
        if (error == SSL_ERROR_WANT_READ) ADD_FAILURE() << "nothing received in time; so far: " << received_;
        return false;
    }
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
}

std::string TlsPeer::read_until(std::string_view mark) {
    std::size_t found;
    while ((found = received_.find(mark)) == std::string::npos)
        if (!fill()) return std::exchange(received_, {});
    std::string text = received_.substr(0, found + mark.size());
    received_.erase(0, text.size());
    return text;
}

std::string TlsPeer::read_exactly(std::size_t bytes) {
    while (received_.size() < bytes)
        if (!fill()) return std::exchange(received_, {});
    std::string text = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return text;
}

std::string TlsPeer::read_response() {
    std::string text = read_until("\r\n\r\n");
    constexpr std::string_view kKey = "Content-Length: ";
    const auto at = text.find(kKey);
    if (at != std::string::npos) text += read_exactly(std::stoul(text.substr(at + kKey.size())));
    return text;
}

std::string TlsPeer::read_to_end() {
    while (fill()) {
    }
    return std::exchange(received_, {}) + (orderly_end_ ? "" : "[cut]");
}

std::string TlsPeer::shown_name() const {
    const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    char name[256] = "";
    if (shown) X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name, sizeof name);
    return name;
}

}  // namespace fairway::wire
