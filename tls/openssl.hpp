// Owning pointers over OpenSSL's types, and its error queue in words. Private to tls/.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace fairway::tls {

/// Calls the C function that frees a T.
template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

inline void free_certificate_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, FreeWith<X509_free>>;
using X509StackPtr = std::unique_ptr<STACK_OF(X509), FreeWith<free_certificate_stack>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using SslPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;

/// OpenSSL's measure of what is too weak (SSL_CTX_set_security_level(3)): at least 80 bits, no SHA-1 signatures. What nginx
/// gets by default; the system's openssl.cnf may say otherwise, so it is always set.
constexpr int kSecurityLevel = 1;

/// The reason of the oldest entry of this thread's error queue ("unsupported", "key values mismatch"), which is then
/// empty. Reasons are fixed texts of OpenSSL: they never quote key material.
std::string take_openssl_reason();

}  // namespace fairway::tls
