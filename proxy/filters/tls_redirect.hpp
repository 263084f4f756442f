// Redirect from HTTP to HTTPS (annotations ssl-redirect, force-ssl-redirect; reference section 2.2).
#pragma once

#include <string>

#include "proxy/filters/forwarded_headers.hpp"
#include "routing/policy/tls_redirect.hpp"

namespace fairway::proxy {

/// @param has_certificate  the host rule has a TLS section, whether or not its Secret is good.
bool redirects_to_tls(const routing::TlsRedirect& policy, const ForwardedValues& forwarded,
                      bool has_certificate) noexcept;

/// "https://" + host without port + path and query; one trailing slash is cut unless preserve-trailing-slash. The host is
/// the first X-Forwarded-Host when that is believed and can be a host at all, else Host.
std::string tls_redirect_location(const routing::TlsRedirect& policy, const RequestHead& head,
                                  const ForwardedValues& forwarded, const routing::Settings& settings);

}  // namespace fairway::proxy
