#include "tls/certificate.hpp"

#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "tls/make_certificate.hpp"
#include "tls/openssl.hpp"
#include "tls/pem.hpp"

namespace fairway::tls {

namespace {

KeyType type_of(const EVP_PKEY& key) {
    switch (EVP_PKEY_get_base_id(&key)) {
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS: return KeyType::rsa;
        case EVP_PKEY_EC: return KeyType::ecdsa;
        default: return KeyType::other;
    }
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
    std::tm broken_down{};
    if (ASN1_TIME_to_tm(time, &broken_down) != 1) {
        ERR_clear_error();
        return {};
    }
    return std::chrono::system_clock::from_time_t(timegm(&broken_down));
}

std::string name_text(const X509_NAME* name) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    // Non-ASCII stays UTF-8; control characters are escaped.
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

std::string hexadecimal(const unsigned char* bytes, std::size_t size) {
    std::string text;
    text.reserve(size * 2);
    for (std::size_t i = 0; i < size; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", bytes[i]);
    return text;
}

// A session at the security level that handshakes have, to learn now what a handshake would refuse.
SslPtr trial_session() {
    static const SslContextPtr context = [] {
        SslContextPtr made(SSL_CTX_new(TLS_server_method()));
        FAIRWAY_ASSERT(made != nullptr, "OpenSSL can make a server context");
        SSL_CTX_set_security_level(made.get(), kSecurityLevel);
        return made;
    }();
    SslPtr session(SSL_new(context.get()));
    FAIRWAY_ASSERT(session != nullptr, "SSL_new fails only when memory is out");
    return session;
}

}  // namespace

Certificate::Certificate(X509* leaf, STACK_OF(X509) * chain, EVP_PKEY* key)
    : leaf_(leaf), chain_(chain), key_(key), key_type_(type_of(*key)), names_(read_names(*leaf)) {}

Certificate::~Certificate() {
    X509_free(leaf_);
    free_certificate_stack(chain_);
    EVP_PKEY_free(key_);  // overwrites the secret numbers before it frees them
}

Result<std::shared_ptr<const Certificate>> Certificate::load(std::string_view chain_pem, std::string_view key_pem) {
    auto chain = read_chain(chain_pem);
    if (!chain) return chain.error();
    auto key = read_private_key(key_pem);
    if (!key) return key.error();
    if (X509_check_private_key(chain->leaf.get(), key->get()) != 1) {
        ERR_clear_error();
        return Error{
            "tls.key does not belong to the first certificate of tls.crt; put the leaf first, and the key it was "
            "issued for"};
    }
    std::shared_ptr<const Certificate> certificate(
        new Certificate(chain->leaf.release(), chain->others.release(), key->release()));
    if (!certificate->use_for(*trial_session()))
        return Error{
            fmt::format("the certificate in tls.crt is too weak to serve ({}); have it issued again with an ECDSA "
                        "or 2048-bit RSA key and a SHA-256 signature",
                        take_openssl_reason())};
    ERR_clear_error();  // an odd extension leaves an entry although all went well
    return certificate;
}

std::shared_ptr<const Certificate> Certificate::make_fake() {
    const auto made = make_self_signed({.common_name = "Fairway Fake Certificate",
                                        .organization = "Fairway",
                                        .names = {"ingress.local"},
                                        .valid_for = std::chrono::days(365)});
    auto loaded = load(made.certificate_pem, made.key_pem);
    FAIRWAY_ASSERT(loaded.has_value(), "a certificate made here can be loaded");
    return *loaded;
}

KeyType Certificate::key_type() const noexcept { return key_type_; }

const std::vector<std::string>& Certificate::names() const noexcept { return names_.dns; }

bool Certificate::covers(std::string_view host) const noexcept {
    for (const auto& name : names_.dns)
        if (name_covers(name, host)) return true;
    if (names_.addresses.empty()) return false;
    const auto address = IpAddress::parse(host);
    if (!address) return false;
    for (const auto& own : names_.addresses)
        if (own == *address) return true;
    return false;
}

std::chrono::system_clock::time_point Certificate::not_before() const noexcept {
    return time_of(X509_get0_notBefore(leaf_));
}

std::chrono::system_clock::time_point Certificate::not_after() const noexcept {
    return time_of(X509_get0_notAfter(leaf_));
}

std::string Certificate::subject() const { return name_text(X509_get_subject_name(leaf_)); }

std::string Certificate::issuer() const { return name_text(X509_get_issuer_name(leaf_)); }

std::string Certificate::serial() const {
    const ASN1_INTEGER* number = X509_get0_serialNumber(leaf_);
    return hexadecimal(ASN1_STRING_get0_data(number), static_cast<std::size_t>(ASN1_STRING_length(number)));
}

std::string Certificate::fingerprint() const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    X509_digest(leaf_, EVP_sha256(), digest.data(), &size);
    return hexadecimal(digest.data(), size);
}

const X509* Certificate::issuer_certificate() const noexcept {
    return sk_X509_num(chain_) > 0 ? sk_X509_value(chain_, 0) : nullptr;
}

bool Certificate::use_for(SSL& session) const noexcept {
    constexpr int kReplace = 1;
    return SSL_use_cert_and_key(&session, leaf_, key_, chain_, kReplace) == 1;
}

}  // namespace fairway::tls
