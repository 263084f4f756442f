// OCSP (RFC 6960): the question whether a certificate of ours is still good, and what makes an answer fit to be stapled.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tls/certificate.hpp"

namespace fairway::tls {

/// A POST to the responder, with the type application/ocsp-request.
struct OcspQuestion {
    std::string responder;  ///< URL, "http://…"
    std::string request;    ///< DER
};

/// Errors: the certificate names no responder over HTTP, or tls.crt has no certificate of its issuer.
Result<OcspQuestion> ocsp_question(const Certificate& certificate);

/// @param response  DER, from anywhere.
/// @return until when it holds; without an end of its own, a day from now. Errors: unreadable, not signed for the issuer,
/// about another certificate, too old, or the certificate is not good.
Result<std::chrono::system_clock::time_point> check_ocsp_response(const Certificate& certificate,
                                                                  std::string_view response);

}  // namespace fairway::tls
