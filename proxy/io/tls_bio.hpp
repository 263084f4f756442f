// OpenSSL on a Source: a BIO that reads straight from the socket and knows when it is drained, and that gathers the
// records of one write into a scratch area of the thread, so that they leave in one system call.
#pragma once

#include <openssl/types.h>
#include <sys/uio.h>

#include <span>

#include "proxy/io/source.hpp"

namespace fairway::proxy::io {

/// Gives `ssl` a BIO on `source`, which must outlive it.
void attach_tls_bio(SSL* ssl, Source& source);

enum class TlsWant : std::uint8_t { read, end, failed, plain_http };
/// What a result <= 0 of the functions below means. `failed` is final for the connection; `plain_http` too: a handshake
/// that met an HTTP request in the clear.
TlsWant tls_want(const SSL* ssl, int result) noexcept;

/// The fatal alert that made the last call fail, as the peer sent it (RFC 8446 section 6.2); 0: something else did.
std::uint8_t tls_received_alert() noexcept;

/// 1 when done, else see tls_want().
int tls_handshake(SSL* ssl) noexcept;
/// Bytes read, else see tls_want().
int tls_read(SSL* ssl, std::span<char> into) noexcept;
/// True when decrypted or already received bytes wait inside OpenSSL.
bool tls_has_pending(const SSL* ssl) noexcept;

struct TlsWritten {
    std::size_t bytes = 0;  ///< plain text taken
    int result = 1;         ///< of the last SSL_write
};
/// Encrypts from the start of `pieces` until about `max_ciphertext` bytes wait in the scratch area. Small pieces share a
/// record.
TlsWritten tls_write(SSL* ssl, std::span<const iovec> pieces, std::size_t max_ciphertext) noexcept;

void tls_close_notify(SSL* ssl) noexcept;

/// Ciphertext that TLS produced on this thread and that nobody has sent yet.
std::span<const char> tls_scratch() noexcept;
void clear_tls_scratch() noexcept;

}  // namespace fairway::proxy::io
