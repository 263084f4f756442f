// Redirects that a route asks for, in place of forwarding.
#pragma once

#include <optional>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"

namespace fairway::proxy {

/// "http://shop.example.com:8080": what a Location on the same host begins with.
std::string own_origin(const Exchange& exchange);

/// Annotations permanent-redirect and temporal-redirect; the route has one of them.
OwnAnswer redirect_answer(const Exchange& exchange);

/// Annotation app-root: "/" of the host leads there. Only when the path is "/" and the host has one.
OwnAnswer app_root_answer(const Exchange& exchange);

/// Annotation from-to-www-redirect: the host is only there to send requests to another one. The Location always names
/// the port, as ingress-nginx's does.
OwnAnswer www_redirect(const Exchange& exchange);

/// nginx's own redirect from "/foo" to a location "/foo/" (reference 1.4). The path is the route's, not the client's:
/// another spelling of it, such as "//foo", must not become a Location that leads elsewhere.
OwnAnswer slash_redirect(const Exchange& exchange);

/// Redirect from HTTP to HTTPS, if this request is one to be redirected (annotation ssl-redirect and its kin).
std::optional<OwnAnswer> tls_redirect(const Exchange& exchange);

}  // namespace fairway::proxy
