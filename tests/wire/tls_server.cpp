#include "wire/tls_server.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tls/certificate.hpp"

namespace fairway::wire {

namespace {

int choose_first(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned int,
                 void*) {
    *out = in + 1;
    *out_size = in[0];
    return SSL_TLSEXT_ERR_OK;
}

template <class T, auto Read, auto Free>
auto from_pem(const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    std::unique_ptr<T, decltype(Free)> read(Read(bio, nullptr, nullptr, nullptr), Free);
    BIO_free(bio);
    EXPECT_NE(read, nullptr) << pem;
    return read;
}

}  // namespace

std::unique_ptr<SSL_CTX, FreeTls> tls_server_context(const TlsServerOptions& options) {
    std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_max_proto_version(context.get(), options.highest);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_first, nullptr);
    const auto certificate = from_pem<X509, PEM_read_bio_X509, &X509_free>(options.certificate.certificate_pem);
    const auto key = from_pem<EVP_PKEY, PEM_read_bio_PrivateKey, &EVP_PKEY_free>(options.certificate.key_pem);
    EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key.get()), 1);
    if (options.client_authority.empty()) return context;
    const auto authority = from_pem<X509, PEM_read_bio_X509, &X509_free>(options.client_authority);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
    SSL_CTX_set_purpose(context.get(), X509_PURPOSE_ANY);  // certificates made for tests are for servers
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
}

TlsServer::TlsServer(SSL_CTX& context, Socket accepted) {
    begin(context, std::move(accepted));
    ERR_clear_error();
    handshake_over(SSL_accept(ssl_.get()));
}

std::string TlsServer::server_name() const {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
}

std::string TlsServer::alpn() const {
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
    return {reinterpret_cast<const char*>(protocol), size};
}

tls::CertificatePem issued(const tls::CertificatePem& authority, const std::string& name) {
    return tls::issue_certificate({.common_name = name, .names = {name}}, authority).value();
}

}  // namespace fairway::wire
