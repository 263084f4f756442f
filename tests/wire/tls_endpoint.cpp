#include "wire/tls_endpoint.hpp"

#include <string_view>

#include "tls/certificate.hpp"

namespace fairway::wire {

namespace {

int show_certificate(SSL* ssl, void*) {
    static const auto certificate = tls::Certificate::make_fake();
    return certificate->use_for(*ssl) ? 1 : 0;
}

int choose_http2(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                 unsigned offered_size, void*) {
    const std::string_view offer(reinterpret_cast<const char*>(offered), offered_size);
    const auto at = offer.find("\x02h2");
    if (at == std::string_view::npos) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = offered + at + 1;
    *size = 2;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::unique_ptr<SSL_CTX, FreeTls> http2_server_context() {
    std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_cert_cb(context.get(), show_certificate, nullptr);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_http2, nullptr);
    return context;
}

}  // namespace fairway::wire
