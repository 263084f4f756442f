#include "tls/resumption_callbacks.hpp"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tls/context_state.hpp"

namespace fairway::tls {

namespace {

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
    TicketKeys& keys = *state_of(*session).ticket_keys;
    return encrypt != 0 ? seal_ticket(keys, name, iv, *cipher, *mac)
                        : open_ticket(keys, *session, name, iv, *cipher, *mac);
}

std::string_view id_of(const SSL_SESSION* session) noexcept {
    unsigned int size = 0;
    const unsigned char* id = SSL_SESSION_get_id(session, &size);
    return {reinterpret_cast<const char*>(id), size};
}

/// Room for one session on the stack, wiped after use.
struct SessionBytes {
    ~SessionBytes() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    std::array<char, SessionCache::kMaxSessionBytes> bytes;
};

int on_new_session(SSL* session, SSL_SESSION* made) noexcept {
    constexpr int kNotKept = 0;  // the object; its bytes may be
    const ContextState& state = state_of(*session);
    // TLS 1.3 tells of sessions that live in their ticket alone, too.
    if (state.ticket_keys != nullptr && SSL_version(session) == TLS1_3_VERSION) return kNotKept;
    unsigned char* bytes = nullptr;
    const int size = i2d_SSL_SESSION(made, &bytes);
    if (size <= 0) return kNotKept;
    state.sessions->store(id_of(made), {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)},
                          SessionCache::Clock::now());
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
    return kNotKept;
}

SSL_SESSION* on_find_session(SSL* session, const unsigned char* id, int id_size, int* keep_a_reference) noexcept {
    *keep_a_reference = 0;  // what is returned is OpenSSL's
    SessionBytes buffer;
    const std::string_view wanted(reinterpret_cast<const char*>(id), static_cast<std::size_t>(id_size));
    const std::size_t size = state_of(*session).sessions->find(wanted, SessionCache::Clock::now(), buffer.bytes);
    if (size == 0) return nullptr;
    const auto* bytes = reinterpret_cast<const unsigned char*>(buffer.bytes.data());
    return d2i_SSL_SESSION(nullptr, &bytes, static_cast<long>(size));
}

// Runs also in SSL_free(), long after the handshake: a connection that ended badly takes its session along.
void on_remove_session(SSL_CTX* context, SSL_SESSION* session) noexcept {
    state_of(*context).sessions->remove(id_of(session));
}

}  // namespace

void set_resumption_callbacks(SSL_CTX& context) {
    const ContextState& state = state_of(context);
    if (state.ticket_keys != nullptr) SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, on_ticket_key);
    if (state.sessions == nullptr) return;
    SSL_CTX_sess_set_new_cb(&context, on_new_session);
    SSL_CTX_sess_set_get_cb(&context, on_find_session);
    SSL_CTX_sess_set_remove_cb(&context, on_remove_session);
}

}  // namespace fairway::tls
