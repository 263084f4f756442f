#include "proxy/io/tls_bio.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/assert.hpp"
#include "proxy/io/connection.hpp"
#include "proxy/io/socket_calls.hpp"

namespace fairway::proxy::io {

namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;  // RFC 8446 section 5.1: longest plain text of a record

// Filled by one SSL call and emptied by the flush that follows it, so one for the thread is enough.
struct Scratch {
    std::vector<char> ciphertext;
    std::array<char, kRecordBytes> record;
};

Scratch& scratch() {
    thread_local Scratch instance;
    return instance;
}

int bio_read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    auto& source = *static_cast<Source*>(BIO_get_data(bio));
    while (source.readable()) {
        const ssize_t got = receive(source.fd(), {into, static_cast<std::size_t>(size)});
        if (got > 0) {
            if (got < size) source.mark_drained();
            return static_cast<int>(got);
        }
        if (got == 0) return 0;
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
        source.mark_drained();
        if (source.readable()) return -1;
    }
    BIO_set_retry_read(bio);
    return -1;
}

int bio_write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    auto& out = scratch().ciphertext;
    out.insert(out.end(), data, data + size);
    return size;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* method() {
    static BIO_METHOD* const instance = [] {
        BIO_METHOD* created = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fairway source");
        FAIRWAY_ASSERT(created != nullptr, "OpenSSL can make a BIO method");
        BIO_meth_set_read(created, bio_read);
        BIO_meth_set_write(created, bio_write);
        BIO_meth_set_ctrl(created, bio_control);
        return created;
    }();
    return instance;
}

}  // namespace

void SslDeleter::operator()(SSL* ssl) const noexcept {
    // OpenSSL forgets the session of a connection that ends without close_notify from both sides; many clients send none,
    // and would never resume (RFC 5246 section 7.2.1 lifted that rule of SSL 3; nginx does the same). Sessions that met a
    // fatal alert are gone already.
    if (ssl != nullptr && SSL_is_init_finished(ssl)) SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
}

void attach_tls_bio(SSL* ssl, Source& source) {
    BIO* bio = BIO_new(method());
    FAIRWAY_ASSERT(bio != nullptr, "memory for a BIO");
    BIO_set_data(bio, &source);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
}

TlsWant tls_want(const SSL* ssl, int result) noexcept {
    switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_WANT_READ: return TlsWant::read;
        case SSL_ERROR_ZERO_RETURN: return TlsWant::end;
        default: break;
    }
    const unsigned long error = ERR_peek_error();
    const bool is_http = ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST;
    return is_http ? TlsWant::plain_http : TlsWant::failed;
}

std::uint8_t tls_received_alert() noexcept {
    const unsigned long error = ERR_peek_error();
    if (ERR_GET_LIB(error) != ERR_LIB_SSL || ERR_GET_REASON(error) < SSL_AD_REASON_OFFSET) return 0;
    return static_cast<std::uint8_t>(ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET);
}

int tls_handshake(SSL* ssl) noexcept {
    ERR_clear_error();
    return SSL_do_handshake(ssl);
}

int tls_read(SSL* ssl, std::span<char> into) noexcept {
    ERR_clear_error();
    return SSL_read(ssl, into.data(), static_cast<int>(std::min<std::size_t>(into.size(), 1u << 30)));
}

bool tls_has_pending(const SSL* ssl) noexcept { return SSL_has_pending(ssl) != 0; }

TlsWritten tls_write(SSL* ssl, std::span<const iovec> pieces, std::size_t max_ciphertext) noexcept {
    ERR_clear_error();
    TlsWritten written;
    auto& area = scratch();
    std::size_t offset = 0;  // into the first of `pieces`
    while (!pieces.empty() && area.ciphertext.size() < max_ciphertext) {
        const char* data = static_cast<const char*>(pieces.front().iov_base) + offset;
        std::size_t size = pieces.front().iov_len - offset;
        if (size < kRecordBytes && pieces.size() > 1) {
            size = 0;  // gather one record
            std::size_t from = offset;
            for (const iovec& piece : pieces) {
                const std::size_t part = std::min(piece.iov_len - from, kRecordBytes - size);
                std::memcpy(area.record.data() + size, static_cast<const char*>(piece.iov_base) + from, part);
                size += part;
                from = 0;
                if (size == kRecordBytes) break;
            }
            data = area.record.data();
        }
        if (size == 0) return written;
        written.result = SSL_write(ssl, data, static_cast<int>(std::min(size, kRecordBytes)));
        if (written.result <= 0) return written;
        auto taken = static_cast<std::size_t>(written.result);
        written.bytes += taken;
        offset += taken;
        while (!pieces.empty() && offset >= pieces.front().iov_len) {
            offset -= pieces.front().iov_len;
            pieces = pieces.subspan(1);
        }
    }
    return written;
}

void tls_close_notify(SSL* ssl) noexcept {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
}

std::span<const char> tls_scratch() noexcept { return scratch().ciphertext; }
void clear_tls_scratch() noexcept { scratch().ciphertext.clear(); }

}  // namespace fairway::proxy::io
