#include "tls/make_certificate.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "tls/openssl.hpp"
#include "tls/pem.hpp"

namespace fairway::tls {

namespace {

enum class Role { server, authority };

struct Issuer {
    X509* certificate;
    EVP_PKEY* key;
};

// What is left to fail here is memory and randomness.
void must(bool succeeded) { FAIRWAY_ASSERT(succeeded, "OpenSSL can make a key and a certificate"); }

KeyPtr make_key(KeyType type) {
    KeyPtr key;
    switch (type) {
        case KeyType::rsa: key.reset(EVP_RSA_gen(2048)); break;
        case KeyType::ecdsa: key.reset(EVP_EC_gen("P-256")); break;
        case KeyType::other: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); break;
    }
    must(key != nullptr);
    return key;
}

void set_serial(X509& certificate) {
    // RFC 5280 section 4.1.2.2: positive, at most 20 octets. Random, as browsers refuse a repeated issuer and serial.
    constexpr int kSerialBits = 127;
    BIGNUM* number = BN_new();
    must(number != nullptr && BN_rand(number, kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    must(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(&certificate)) != nullptr);
    BN_free(number);
}

void set_subject(X509& certificate, const CertificateRequest& request) {
    const auto add = [&](const char* field, const std::string& value) {
        if (value.empty()) return;
        must(X509_NAME_add_entry_by_txt(X509_get_subject_name(&certificate), field, MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>(value.data()),
                                        static_cast<int>(value.size()), -1, 0) == 1);
    };
    add("O", request.organization);
    add("CN", request.common_name);
}

void set_validity(X509& certificate, const CertificateRequest& request) {
    must(X509_gmtime_adj(X509_getm_notBefore(&certificate), static_cast<long>(-request.age.count())) != nullptr);
    must(X509_gmtime_adj(X509_getm_notAfter(&certificate), static_cast<long>(request.valid_for.count())) != nullptr);
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += fmt::format("{}{}:{}", text.empty() ? "" : ",", IpAddress::parse(name) ? "IP" : "DNS", name);
    return text;
}

void add_extensions(X509& certificate, const Issuer& issuer, const CertificateRequest& request, Role role) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer.certificate, &certificate, nullptr, nullptr, 0);
    const auto add = [&](int nid, const std::string& value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        must(extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1);
        X509_EXTENSION_free(extension);
    };
    const bool is_authority = role == Role::authority;
    add(NID_basic_constraints, is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE");
    add(NID_key_usage, is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add(NID_subject_key_identifier, "hash");
    if (issuer.certificate != &certificate) add(NID_authority_key_identifier, "keyid");
    if (is_authority) return;
    add(NID_ext_key_usage, "serverAuth");
    if (!request.names.empty()) add(NID_subject_alt_name, alternative_names(request.names));
}

std::string written(const auto& write) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    must(bio != nullptr && write(bio.get()) == 1);
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    std::string pem(text, static_cast<std::size_t>(length));
    OPENSSL_cleanse(text, pem.size());
    return pem;
}

/// @param issuer  nullptr: signed by its own key.
CertificatePem make(const CertificateRequest& request, Role role, const Issuer* issuer) {
    const KeyPtr key = make_key(request.key_type);
    const X509Ptr certificate(X509_new());
    must(certificate != nullptr);
    const Issuer signer = issuer != nullptr ? *issuer : Issuer{certificate.get(), key.get()};

    constexpr long kVersion3 = 2;  // RFC 5280 section 4.1.2.1
    must(X509_set_version(certificate.get(), kVersion3) == 1);
    set_serial(*certificate);
    set_subject(*certificate, request);
    set_validity(*certificate, request);
    must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer.certificate)) == 1);
    must(X509_set_pubkey(certificate.get(), key.get()) == 1);
    add_extensions(*certificate, signer, request, role);
    const bool digest_is_fixed = EVP_PKEY_get_base_id(signer.key) == EVP_PKEY_ED25519;
    must(X509_sign(certificate.get(), signer.key, digest_is_fixed ? nullptr : EVP_sha256()) > 0);

    return {.certificate_pem = written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }),
            .key_pem = written([&](BIO* bio) {
                return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

}  // namespace

CertificatePem make_self_signed(const CertificateRequest& request) { return make(request, Role::server, nullptr); }

CertificatePem make_authority(const CertificateRequest& request) { return make(request, Role::authority, nullptr); }

Result<CertificatePem> issue_certificate(const CertificateRequest& request, const CertificatePem& authority) {
    const auto chain = read_chain(authority.certificate_pem);
    if (!chain) return Error{"the certificate authority cannot be read: " + chain.error().message};
    const auto key = read_private_key(authority.key_pem);
    if (!key) return Error{"the key of the certificate authority cannot be read: " + key.error().message};
    const Issuer issuer{chain->leaf.get(), key->get()};
    return make(request, Role::server, &issuer);
}

}  // namespace fairway::tls
