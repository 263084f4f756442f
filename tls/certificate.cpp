#include "tls/certificate.hpp"

#include <openssl/pem.h>

#include <array>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "tls/make_certificate.hpp"
#include "tls/openssl.hpp"

namespace fairway::tls {

namespace {

// RFC 7468 text; the block types that tell a user's slip apart.
constexpr std::string_view kCertificateBlock = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kPrivateKeyMark = "PRIVATE KEY-----";
constexpr std::string_view kPkcs8EncryptedBlock = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
constexpr std::string_view kLegacyEncryptedField = "Proc-Type: 4,ENCRYPTED";

struct Chain {
    X509Ptr leaf;
    X509StackPtr others;
};

BioPtr memory_bio(std::string_view text) {
    BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    FAIRWAY_ASSERT(bio != nullptr, "a memory BIO over existing bytes fails only when memory is out");
    return bio;
}

// OpenSSL asks on the terminal for a pass phrase unless it is given a callback.
int no_pass_phrase(char*, int, int, void*) { return -1; }

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Result<Chain> read_chain(std::string_view pem) {
    if (pem.empty()) return Error{"tls.crt is empty; put the certificate chain there in PEM, leaf first"};
    const BioPtr bio = memory_bio(pem);
    Chain chain{nullptr, X509StackPtr(sk_X509_new_null())};
    for (int number = 1;; ++number) {
        ERR_clear_error();
        X509Ptr next(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
        if (next == nullptr) {
            // The text after the last block is free of blocks: that is the end, not a fault (RFC 7468 section 2).
            if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) break;
            return Error{fmt::format("certificate {} in tls.crt cannot be read ({}); write it again as PEM, complete "
                                     "from its BEGIN line to its END line",
                                     number, take_openssl_reason())};
        }
        if (chain.leaf == nullptr)
            chain.leaf = std::move(next);
        else
            sk_X509_push(chain.others.get(), next.release());
    }
    ERR_clear_error();
    if (chain.leaf != nullptr) return chain;
    if (contains(pem, kPrivateKeyMark))
        return Error{"tls.crt holds a private key and no certificate; are tls.crt and tls.key swapped?"};
    return Error{fmt::format("tls.crt holds no {} block; put the certificate chain there in PEM, leaf first",
                             kCertificateBlock)};
}

Result<KeyPtr> read_key(std::string_view pem) {
    if (pem.empty()) return Error{"tls.key is empty; put the private key of the certificate there in PEM"};
    if (contains(pem, kPkcs8EncryptedBlock) || contains(pem, kLegacyEncryptedField))
        return Error{"tls.key is encrypted; decrypt it first: openssl pkey -in tls.key -out plain.key"};
    ERR_clear_error();
    KeyPtr key(PEM_read_bio_PrivateKey(memory_bio(pem).get(), nullptr, no_pass_phrase, nullptr));
    if (key == nullptr) {
        const std::string reason = take_openssl_reason();
        if (contains(pem, kCertificateBlock) && !contains(pem, kPrivateKeyMark))
            return Error{"tls.key holds a certificate and no private key; are tls.crt and tls.key swapped?"};
        if (!contains(pem, kPrivateKeyMark))
            return Error{"tls.key holds no -----BEGIN PRIVATE KEY----- block; put the private key there in PEM"};
        return Error{fmt::format("tls.key cannot be read as a private key ({}); write it again as unencrypted PEM "
                                 "(PKCS #8, or RSA or EC PRIVATE KEY)",
                                 reason)};
    }
    ERR_clear_error();
    return key;
}

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
    auto key = read_key(key_pem);
    if (!key) return key.error();
    if (X509_check_private_key(chain->leaf.get(), key->get()) != 1) {
        ERR_clear_error();
        return Error{
            "tls.key does not belong to the first certificate of tls.crt; put the leaf first, and the key it was "
            "issued for"};
    }
    return std::shared_ptr<const Certificate>(
        new Certificate(chain->leaf.release(), chain->others.release(), key->release()));
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

bool Certificate::use_for(SSL& session) const noexcept {
    constexpr int kReplace = 1;
    return SSL_use_cert_and_key(&session, leaf_, key_, chain_, kReplace) == 1;
}

}  // namespace fairway::tls
