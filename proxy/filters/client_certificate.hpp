// Client certificates: the answers of hosts that want one, and what endpoints are told of it. Policy:
// routing/policy/client_certificates.hpp; who is asked in a handshake: tls/host_settings.hpp.
#pragma once

#include <optional>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"

namespace fairway::proxy {

/// For a request to a host with client_certificates(), over TLS or not. 400 or the error page when its certificate is
/// missing or bad, 421 when the handshake was made for another name, 403 when the policy is refused. An error page that is a
/// path makes the request one for that page.
std::optional<OwnAnswer> check_client_certificate(Exchange& exchange);

/// auth-tls-match-cn; and the fields ssl-client-* for the endpoint, in place of any that the client sent.
std::optional<OwnAnswer> check_client_name(Exchange& exchange);

}  // namespace fairway::proxy
