#include "tls/ocsp.hpp"

#include <openssl/ocsp.h>

#include <ctime>
#include <memory>

#include <fmt/format.h>

#include "tls/openssl.hpp"

namespace fairway::tls {

namespace {

using RequestPtr = std::unique_ptr<OCSP_REQUEST, FreeWith<OCSP_REQUEST_free>>;
using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>>;
using IdPtr = std::unique_ptr<OCSP_CERTID, FreeWith<OCSP_CERTID_free>>;
using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using UrlsPtr = std::unique_ptr<STACK_OF(OPENSSL_STRING), FreeWith<X509_email_free>>;

constexpr long kClockSkewSeconds = 300;
constexpr std::chrono::hours kWithoutEnd{24};

Result<const X509*> issuer_of(const Certificate& certificate) {
    const X509* issuer = certificate.issuer_certificate();
    if (issuer == nullptr ||
        X509_check_issued(const_cast<X509*>(issuer), const_cast<X509*>(&certificate.leaf())) != X509_V_OK)
        return Error{"tls.crt has no certificate of the issuer after the first; put the whole chain there"};
    return issuer;
}

IdPtr id_of(const X509& leaf, const X509& issuer) { return IdPtr(OCSP_cert_to_id(nullptr, &leaf, &issuer)); }

Result<std::chrono::system_clock::time_point> check_status(OCSP_BASICRESP& basic, OCSP_CERTID& id) {
    int status = 0;
    int reason = 0;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    if (OCSP_resp_find_status(&basic, &id, &status, &reason, nullptr, &this_update, &next_update) != 1)
        return Error{"it is about another certificate"};
    if (OCSP_check_validity(this_update, next_update, kClockSkewSeconds, -1) != 1)
        return Error{fmt::format("it is not in force now ({})", take_openssl_reason())};
    if (status != V_OCSP_CERTSTATUS_GOOD)
        return Error{fmt::format("the certificate is {}", OCSP_cert_status_str(status))};
    std::tm end{};
    if (next_update == nullptr || ASN1_TIME_to_tm(next_update, &end) != 1)
        return std::chrono::system_clock::now() + kWithoutEnd;
    return std::chrono::system_clock::from_time_t(timegm(&end));
}

}  // namespace

Result<OcspQuestion> ocsp_question(const Certificate& certificate) {
    ERR_clear_error();
    const UrlsPtr urls(X509_get1_ocsp(const_cast<X509*>(&certificate.leaf())));
    OcspQuestion question;
    for (int i = 0; urls != nullptr && i < sk_OPENSSL_STRING_num(urls.get()) && question.responder.empty(); ++i) {
        const std::string_view url = sk_OPENSSL_STRING_value(urls.get(), i);
        if (url.starts_with("http://")) question.responder = url;
    }
    if (question.responder.empty()) return Error{"the certificate names no OCSP responder with an http URL"};
    const auto issuer = issuer_of(certificate);
    if (!issuer) return issuer.error();
    const RequestPtr request(OCSP_REQUEST_new());
    OCSP_request_add0_id(request.get(), id_of(certificate.leaf(), **issuer).release());  // takes it over
    unsigned char* bytes = nullptr;
    const int size = i2d_OCSP_REQUEST(request.get(), &bytes);
    if (size <= 0) return Error{fmt::format("no question can be made ({})", take_openssl_reason())};
    question.request.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return question;
}

Result<std::chrono::system_clock::time_point> check_ocsp_response(const Certificate& certificate,
                                                                  std::string_view response) {
    ERR_clear_error();
    const auto issuer = issuer_of(certificate);
    if (!issuer) return issuer.error();
    const auto* bytes = reinterpret_cast<const unsigned char*>(response.data());
    const ResponsePtr parsed(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(response.size())));
    if (parsed == nullptr) return Error{fmt::format("it is no OCSP response ({})", take_openssl_reason())};
    if (const int status = OCSP_response_status(parsed.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return Error{fmt::format("the responder says \"{}\"", OCSP_response_status_str(status))};
    const BasicPtr basic(OCSP_response_get1_basic(parsed.get()));
    if (basic == nullptr) return Error{fmt::format("it is no basic OCSP response ({})", take_openssl_reason())};

    // The issuer signs it, or somebody whom it has entitled to (RFC 6960 section 4.2.2.2). It is all the trust there is.
    const StorePtr trusted(X509_STORE_new());
    X509_STORE_add_cert(trusted.get(), const_cast<X509*>(*issuer));
    X509_STORE_set_flags(trusted.get(), X509_V_FLAG_PARTIAL_CHAIN);
    X509StackPtr issuers(sk_X509_new_null());
    X509_up_ref(const_cast<X509*>(*issuer));
    sk_X509_push(issuers.get(), const_cast<X509*>(*issuer));
    if (OCSP_basic_verify(basic.get(), issuers.get(), trusted.get(), 0) != 1)
        return Error{fmt::format("its signature is not that of the issuer ({})", take_openssl_reason())};
    const auto id = id_of(certificate.leaf(), **issuer);
    auto until = check_status(*basic, *id);
    ERR_clear_error();
    return until;
}

}  // namespace fairway::tls
