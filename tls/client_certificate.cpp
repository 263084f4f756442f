#include "tls/client_certificate.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "tls/openssl.hpp"

namespace fairway::tls {

namespace {

/// What `write` puts into a BIO, as text.
template <class Write>
std::string text_of(Write write) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

std::string name_text(const X509_NAME* name) {
    return text_of([&](BIO* bio) { X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253); });
}

std::string time_text(const ASN1_TIME* time) {
    return text_of([&](BIO* bio) { ASN1_TIME_print(bio, time); });
}

std::string days_until(const ASN1_TIME* time) {
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, time) != 1) return {};
    return fmt::format("{}", std::max(days, 0));
}

std::string fingerprint_of(const X509& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    X509_digest(&certificate, EVP_sha1(), digest.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", digest[i]);
    return text;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (ascii::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

/// nginx's ngx_ssl_verify_error_optional: the issuer is not known, all else is as it should be.
bool is_unknown_issuer(long verdict) noexcept {
    return verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || verdict == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           verdict == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

}  // namespace

ClientCertificate read_client_certificate(const SSL& session, std::shared_ptr<const ClientVerification> verification) {
    ClientCertificate client;
    client.verification = std::move(verification);
    client.verdict = "NONE";
    const X509Ptr certificate(SSL_get1_peer_certificate(&session));
    if (certificate == nullptr) return client;

    const long verdict = SSL_get_verify_result(&session);
    client.presented = true;
    client.accepted = verdict == X509_V_OK || (client.verification->settings().mode == VerifyClient::optional_no_ca &&
                                               is_unknown_issuer(verdict));
    client.verdict =
        verdict == X509_V_OK ? "SUCCESS" : fmt::format("FAILED:{}", X509_verify_cert_error_string(verdict));
    client.subject = name_text(X509_get_subject_name(certificate.get()));
    client.issuer = name_text(X509_get_issuer_name(certificate.get()));
    client.serial = text_of([&](BIO* bio) { i2a_ASN1_INTEGER(bio, X509_get0_serialNumber(certificate.get())); });
    client.fingerprint = fingerprint_of(*certificate);
    client.valid_from = time_text(X509_get0_notBefore(certificate.get()));
    client.valid_until = time_text(X509_get0_notAfter(certificate.get()));
    client.days_left = days_until(X509_get0_notAfter(certificate.get()));
    client.escaped_pem = escaped(text_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); }));
    ERR_clear_error();
    return client;
}

}  // namespace fairway::tls
