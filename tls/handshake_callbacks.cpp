#include "tls/handshake_callbacks.hpp"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <algorithm>
#include <string_view>

#include "base/assert.hpp"
#include "tls/server_config.hpp"
#include "tls/server_context.hpp"

namespace fairway::tls {

namespace {

int session_config_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

int context_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

const ServerConfig& config_of(const SSL& session) {
    return *static_cast<const ServerConfig*>(SSL_get_ex_data(&session, session_config_index()));
}

const ServerContext& context_of(const SSL& session) {
    return *static_cast<const ServerContext*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(&session), context_index()));
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
    for (const std::string& protocol : context_of(*session).settings().alpn_protocols) {
        if (!offers(client_list, protocol)) continue;
        *chosen = reinterpret_cast<const unsigned char*>(protocol.data());  // lives as long as the SSL_CTX
        *chosen_size = static_cast<unsigned char>(protocol.size());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2: no_application_protocol
}

bool prepare_mac(EVP_MAC_CTX& mac, const TicketKey& key) noexcept {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(key.hmac_key.data()),
                                          key.secret_bytes),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(&mac, parameters) == 1;
}

const EVP_CIPHER* cipher_for(const TicketKey& key) noexcept {
    return key.secret_bytes == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
}

enum class TicketAction { open, seal };

// Results as SSL_CTX_set_tlsext_ticket_key_evp_cb(3) wants them.
constexpr int kTicketFailed = -1;
constexpr int kTicketUnknown = 0;
constexpr int kTicketGood = 1;
constexpr int kTicketGoodRenew = 2;

int seal_ticket(TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX& cipher,
                EVP_MAC_CTX& mac) noexcept {
    const TicketKey key = keys.current(TicketKeys::Clock::now());
    const EVP_CIPHER* algorithm = cipher_for(key);
    std::ranges::copy(key.name, name);
    const bool ready = RAND_bytes(iv, EVP_CIPHER_get_iv_length(algorithm)) == 1 &&
                       EVP_EncryptInit_ex(&cipher, algorithm, nullptr, key.aes_key.data(), iv) == 1 &&
                       prepare_mac(mac, key);
    return ready ? kTicketGood : kTicketFailed;
}

int open_ticket(TicketKeys& keys, const SSL& session, const unsigned char* name, const unsigned char* iv,
                EVP_CIPHER_CTX& cipher, EVP_MAC_CTX& mac) noexcept {
    TicketKeyName wanted;
    std::copy_n(name, wanted.size(), wanted.begin());
    const auto match = keys.find(wanted, TicketKeys::Clock::now());
    if (!match) return kTicketUnknown;
    const bool ready = prepare_mac(mac, match->key) &&
                       EVP_DecryptInit_ex(&cipher, cipher_for(match->key), nullptr, match->key.aes_key.data(), iv) == 1;
    if (!ready) return kTicketFailed;
    // RFC 8446 appendix C.4: a TLS 1.3 client should use a ticket once, so it needs a new one each time.
    return match->is_current && SSL_version(&session) != TLS1_3_VERSION ? kTicketGood : kTicketGoodRenew;
}

int on_ticket_key(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                  int encrypt) noexcept {
    TicketKeys& keys = *context_of(*session).ticket_keys();
    return encrypt != 0 ? seal_ticket(keys, name, iv, *cipher, *mac)
                        : open_ticket(keys, *session, name, iv, *cipher, *mac);
}

}  // namespace

void set_handshake_callbacks(SSL_CTX& ssl_context, const ServerContext& context) {
    const bool stored = SSL_CTX_set_ex_data(&ssl_context, context_index(), const_cast<ServerContext*>(&context)) == 1;
    FAIRWAY_ASSERT(stored, "a slot of SSL_CTX was reserved for the context");
    SSL_CTX_set_tlsext_servername_callback(&ssl_context, on_server_name);
    SSL_CTX_set_cert_cb(&ssl_context, on_certificate, nullptr);
    if (!context.settings().alpn_protocols.empty()) SSL_CTX_set_alpn_select_cb(&ssl_context, on_alpn, nullptr);
    if (context.ticket_keys() != nullptr) SSL_CTX_set_tlsext_ticket_key_evp_cb(&ssl_context, on_ticket_key);
}

void attach_config(SSL& session, const ServerConfig& config) {
    const bool stored = SSL_set_ex_data(&session, session_config_index(), const_cast<ServerConfig*>(&config)) == 1;
    FAIRWAY_ASSERT(stored, "a slot of SSL was reserved for the configuration");
}

}  // namespace fairway::tls
