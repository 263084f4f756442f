// The names a certificate is valid for, and whether they cover a host (RFC 9525, as Go and so ingress-nginx judge it).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

struct x509_st;  // X509

namespace fairway::tls {

struct CertificateNames {
    std::vector<std::string> dns;      ///< lower case; the Common Name only when there is no DNS name and no address
    std::vector<IpAddress> addresses;  ///< iPAddress SANs
};

CertificateNames read_names(const x509_st& certificate);

/// True when `pattern` (lower case) is `host`, or "*.rest" and `host` is exactly one label and ".rest".
/// @param host  any case, trailing dot allowed.
bool name_covers(std::string_view pattern, std::string_view host) noexcept;

}  // namespace fairway::tls
