#include "tls/handshake_callbacks.hpp"

#include <algorithm>
#include <string_view>

#include "base/assert.hpp"
#include "tls/client_hello.hpp"
#include "tls/context_state.hpp"
#include "tls/server_config.hpp"

namespace fairway::tls {

namespace {

int session_config_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

const ServerConfig& config_of(const SSL& session) {
    return *static_cast<const ServerConfig*>(SSL_get_ex_data(&session, session_config_index()));
}

int applied_settings_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

void apply(SSL& session, const HostSettings& settings) noexcept {
    if (settings.client_verification) settings.client_verification->apply_to(session);
    // A list that OpenSSL takes: it was tried when the configuration was read.
    if (!settings.ciphers.empty()) SSL_set_cipher_list(&session, settings.ciphers.c_str());
    if (!settings.prefer_server_ciphers) return;
    if (*settings.prefer_server_ciphers)
        SSL_set_options(&session, SSL_OP_CIPHER_SERVER_PREFERENCE);
    else
        SSL_clear_options(&session, SSL_OP_CIPHER_SERVER_PREFERENCE);
}

// Runs before OpenSSL looks for a session to resume, so that none is that was made under other settings.
int on_client_hello(SSL* session, int* alert, void*) noexcept {
    const unsigned char* extension = nullptr;
    std::size_t size = 0;
    std::string_view name;
    if (SSL_client_hello_get0_ext(session, TLSEXT_TYPE_server_name, &extension, &size) == 1)
        name = server_name_of({reinterpret_cast<const char*>(extension), size});
    const HostSettings* settings = config_of(*session).host_settings(name);
    const HostSettings* before = applied_host_settings(*session);
    if (settings == before) return SSL_CLIENT_HELLO_SUCCESS;
    // RFC 8446 section 4.1.2: after a HelloRetryRequest the client changes nothing but its keys.
    if (before != nullptr) {
        *alert = SSL_AD_ILLEGAL_PARAMETER;
        return SSL_CLIENT_HELLO_ERROR;
    }
    SSL_set_ex_data(session, applied_settings_index(), const_cast<HostSettings*>(settings));
    apply(*session, *settings);
    return SSL_CLIENT_HELLO_SUCCESS;
}

std::string_view server_name(const SSL& session) noexcept {
    const char* name = SSL_get_servername(&session, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? std::string_view() : std::string_view(name);
}

// Runs in every handshake, with or without SNI; the only place that may refuse a name with the alert made for that.
int on_server_name(SSL* session, int* alert, void*) noexcept {
    const ServerConfig& config = config_of(*session);
    if (config.settings().reject_unknown_names && config.certificates().select(server_name(*session)) == nullptr) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    return SSL_TLSEXT_ERR_OK;
}

// Runs in full handshakes only: a resumed one needs no certificate.
int on_certificate(SSL* session, void*) noexcept {
    constexpr int kGoOn = 1;
    constexpr int kFail = 0;  // OpenSSL sends internal_error
    const CertificateStore& certificates = config_of(*session).certificates();
    const CertificateChoice* choice = certificates.select(server_name(*session));
    bool any = false;
    if (choice == nullptr) {
        any = certificates.default_certificate().use_for(*session);
    } else {  // with several key types OpenSSL takes the one that the client's signature_algorithms allow
        for (const auto* certificate : {choice->rsa.get(), choice->other.get(), choice->ecdsa.get()})
            any |= certificate != nullptr && certificate->use_for(*session);
    }
    if (any) ERR_clear_error();
    return any ? kGoOn : kFail;
}

// Runs after the certificate was chosen, when the client has asked for its status.
int on_status_request(SSL* session, void*) noexcept {
    const std::string* response = config_of(*session).certificates().staple_of(SSL_get_certificate(session));
    if (response == nullptr) return SSL_TLSEXT_ERR_NOACK;
    auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(response->data(), response->size()));
    if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(session, copy, static_cast<long>(response->size()));  // takes it over
    return SSL_TLSEXT_ERR_OK;
}

bool offers(std::string_view client_list, std::string_view protocol) noexcept {
    while (!client_list.empty()) {
        const auto size = static_cast<unsigned char>(client_list.front());
        if (client_list.substr(1, size) == protocol) return true;
        client_list.remove_prefix(std::min<std::size_t>(client_list.size(), size + 1u));
    }
    return false;
}

int on_alpn(SSL* session, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* client,
            unsigned int client_size, void*) noexcept {
    const std::string_view client_list(reinterpret_cast<const char*>(client), client_size);
    for (const std::string& protocol : state_of(*session).settings.alpn_protocols) {
        if (!offers(client_list, protocol)) continue;
        *chosen = reinterpret_cast<const unsigned char*>(protocol.data());  // lives as long as the SSL_CTX
        *chosen_size = static_cast<unsigned char>(protocol.size());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2: no_application_protocol
}

}  // namespace

void set_handshake_callbacks(SSL_CTX& context) {
    SSL_CTX_set_client_hello_cb(&context, on_client_hello, nullptr);
    SSL_CTX_set_tlsext_servername_callback(&context, on_server_name);
    SSL_CTX_set_cert_cb(&context, on_certificate, nullptr);
    SSL_CTX_set_tlsext_status_cb(&context, on_status_request);
    if (!state_of(context).settings.alpn_protocols.empty()) SSL_CTX_set_alpn_select_cb(&context, on_alpn, nullptr);
}

void attach_config(SSL& session, const ServerConfig& config) {
    const bool stored = SSL_set_ex_data(&session, session_config_index(), const_cast<ServerConfig*>(&config)) == 1;
    FAIRWAY_ASSERT(stored, "a slot of SSL was reserved for the configuration");
}

const HostSettings* applied_host_settings(const SSL& session) noexcept {
    return static_cast<const HostSettings*>(SSL_get_ex_data(&session, applied_settings_index()));
}

}  // namespace fairway::tls
