#include "wire/tls_client.hpp"

#include <openssl/err.h>

#include "tls/certificate.hpp"
#include "tls/certificate_store.hpp"
#include "tls/make_certificate.hpp"
#include "tls/server_config.hpp"

namespace fairway::wire {

TlsClient::TlsClient(std::uint16_t port, const TlsOptions& options) {
    const std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context.get(), options.lowest);
    SSL_CTX_set_max_proto_version(context.get(), options.highest);
    begin(*context, Socket::connect(port));
    if (!options.server_name.empty()) SSL_set_tlsext_host_name(ssl_.get(), options.server_name.c_str());
    if (options.resume != nullptr) SSL_set_session(ssl_.get(), options.resume);
    ERR_clear_error();
    handshake_over(SSL_connect(ssl_.get()));
}

std::shared_ptr<const tls::ServerConfig> tls_config_for(const std::vector<std::string>& names,
                                                        const tls::ServerConfig* previous) {
    const auto made = [](const std::string& name) {
        const auto pem = tls::make_self_signed({.common_name = name, .names = {name}});
        return *tls::Certificate::load(pem.certificate_pem, pem.key_pem);
    };
    auto store = std::make_shared<tls::CertificateStore>(made("default.example"));
    for (const auto& name : names) store->add(name, made(name));
    return *tls::ServerConfig::create({}, std::move(store), previous);
}

}  // namespace fairway::wire
