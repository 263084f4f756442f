#include "tls/pem.hpp"

#include <openssl/decoder.h>
#include <openssl/pem.h>

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/assert.hpp"

namespace fairway::tls {

namespace {

// RFC 7468 text; the block types that tell a user's slip apart.
constexpr std::string_view kCertificateBlock = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kPrivateKeyMark = "PRIVATE KEY-----";
constexpr std::string_view kPkcs8EncryptedBlock = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
constexpr std::string_view kLegacyEncryptedField = "Proc-Type: 4,ENCRYPTED";

BioPtr memory_bio(std::string_view text) {
    BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    FAIRWAY_ASSERT(bio != nullptr, "a memory BIO over existing bytes fails only when memory is out");
    return bio;
}

// OpenSSL asks on the terminal for a pass phrase unless it is given a callback.
int no_pass_phrase(char*, int, int, void*) { return -1; }

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// PEM_read_bio_PrivateKey() of OpenSSL 3.0 builds a chain of decoders for every key, which is nine tenths of its time
// (0.35 ms, against 0.04 ms with one kept): with 5,000 Secrets that is more than a second of start-up.
class KeyDecoder {
public:
    KeyDecoder()
        : context_(OSSL_DECODER_CTX_new_for_pkey(&key_, "PEM", nullptr, nullptr, EVP_PKEY_KEYPAIR, nullptr, nullptr)) {
        FAIRWAY_ASSERT(context_ != nullptr, "OpenSSL has decoders for private keys");
    }

    /// nullptr when the first block of `pem` is no private key.
    KeyPtr decode(std::string_view pem) {
        key_ = nullptr;
        const auto* data = reinterpret_cast<const unsigned char*>(pem.data());
        std::size_t size = pem.size();
        OSSL_DECODER_from_data(context_.get(), &data, &size);
        return KeyPtr(std::exchange(key_, nullptr));
    }

private:
    EVP_PKEY* key_ = nullptr;  // where the context puts what it read
    std::unique_ptr<OSSL_DECODER_CTX, FreeWith<OSSL_DECODER_CTX_free>> context_;
};

}  // namespace

Result<X509StackPtr> read_certificates(std::string_view pem, std::string_view key) {
    if (pem.empty()) return Error{fmt::format("{} is empty; put certificates there in PEM", key)};
    const BioPtr bio = memory_bio(pem);
    X509StackPtr all(sk_X509_new_null());
    for (int number = 1;; ++number) {
        ERR_clear_error();
        X509Ptr next(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
        if (next != nullptr) {
            sk_X509_push(all.get(), next.release());
            continue;
        }
        // The text after the last block is free of blocks: that is the end, not a fault (RFC 7468 section 2).
        if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) break;
        return Error{fmt::format("certificate {} in {} cannot be read ({}); write it again as PEM, complete from its "
                                 "BEGIN line to its END line",
                                 number, key, take_openssl_reason())};
    }
    ERR_clear_error();
    if (sk_X509_num(all.get()) > 0) return all;
    if (contains(pem, kPrivateKeyMark))
        return Error{fmt::format("{0} holds a private key and no certificate; are {0} and tls.key swapped?", key)};
    return Error{fmt::format("{} holds no {} block; put certificates there in PEM", key, kCertificateBlock)};
}

Result<CertificateChain> read_chain(std::string_view pem) {
    if (pem.empty()) return Error{"tls.crt is empty; put the certificate chain there in PEM, leaf first"};
    auto all = read_certificates(pem, "tls.crt");
    if (!all) return all.error();
    X509Ptr leaf(sk_X509_shift(all->get()));
    return CertificateChain{std::move(leaf), std::move(*all)};
}

Result<KeyPtr> read_private_key(std::string_view pem) {
    if (pem.empty()) return Error{"tls.key is empty; put the private key of the certificate there in PEM"};
    if (contains(pem, kPkcs8EncryptedBlock) || contains(pem, kLegacyEncryptedField))
        return Error{"tls.key is encrypted; decrypt it first: openssl pkey -in tls.key -out plain.key"};
    ERR_clear_error();
    thread_local KeyDecoder decoder;
    KeyPtr key = decoder.decode(pem);
    // The slow way looks past what stands before the key, as EC PARAMETERS, and knows why it failed.
    if (key == nullptr) key.reset(PEM_read_bio_PrivateKey(memory_bio(pem).get(), nullptr, no_pass_phrase, nullptr));
    const std::string reason = key == nullptr ? take_openssl_reason() : std::string();
    ERR_clear_error();
    if (key != nullptr) return key;
    if (contains(pem, kPrivateKeyMark))
        return Error{fmt::format("tls.key cannot be read as a private key ({}); write it again as unencrypted PEM "
                                 "(PKCS #8, or RSA or EC PRIVATE KEY)",
                                 reason)};
    if (contains(pem, kCertificateBlock))
        return Error{"tls.key holds a certificate and no private key; are tls.crt and tls.key swapped?"};
    return Error{"tls.key holds no -----BEGIN PRIVATE KEY----- block; put the private key there in PEM"};
}

}  // namespace fairway::tls
