// A host whose clients have to show certificates: annotations auth-tls-*.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "routing/regex.hpp"

namespace fairway::tls {
class ClientVerification;  // tls/client_verification.hpp
}

namespace fairway::routing {

/// Holds for every path of the host, whichever Ingress it comes from; requests without TLS are asked for nothing but
/// match_cn (reference 3.7).
struct ClientCertificates {
    /// Not empty: the settings could not be honoured, and every request of the host is answered 403. Says why.
    std::string refused;
    std::shared_ptr<const tls::ClientVerification>
        verification;               ///< null when refused, or with auth-tls-verify-client: off
    std::string error_page;         ///< auth-tls-error-page: URL, or path on the host; empty: the answer is 400
    bool pass_certificate = false;  ///< auth-tls-pass-certificate-to-upstream
    /// auth-tls-match-cn: searched for in the subject's name; no match is 403.
    std::optional<Regex> match_cn;

    bool operator==(const ClientCertificates&) const = default;
};

}  // namespace fairway::routing
