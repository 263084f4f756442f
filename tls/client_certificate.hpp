// What a client showed of itself in a handshake: nginx's variables $ssl_client_*.
#pragma once

#include <memory>
#include <string>

#include "tls/client_verification.hpp"

namespace fairway::tls {

/// Of one connection whose handshake asked for a certificate.
struct ClientCertificate {
    std::shared_ptr<const ClientVerification> verification;  ///< what it was asked and judged by; never null
    bool presented = false;
    bool accepted = false;    ///< good enough for the mode; a certificate that is not there is neither
    std::string verdict;      ///< "SUCCESS", "NONE", "FAILED:certificate has expired"
    std::string subject;      ///< RFC 2253, bytes above 0x7e escaped
    std::string issuer;       ///< RFC 2253
    std::string serial;       ///< hexadecimal, upper case
    std::string fingerprint;  ///< SHA-1, hexadecimal, lower case
    std::string valid_from;   ///< "Nov 30 02:28:11 2026 GMT"
    std::string valid_until;  ///< the same
    std::string days_left;    ///< "0" when it has expired
    std::string escaped_pem;  ///< percent-encoded as ngx_escape_uri() does a component
};

/// @param session  whose handshake is over, in which `verification` was applied.
ClientCertificate read_client_certificate(const ssl_st& session,
                                          std::shared_ptr<const ClientVerification> verification);

}  // namespace fairway::tls
