// proxy-cookie-domain, proxy-cookie-path, proxy-redirect-from: cookies and redirects of endpoints that know themselves by
// other names.
#pragma once

#include "proxy/exchange.hpp"
#include "routing/policy/response_rewrite.hpp"

namespace fairway::proxy {

/// Changes Set-Cookie, Location and Refresh in exchange.response, as nginx's proxy_cookie_domain, proxy_cookie_path and
/// proxy_redirect do.
void rewrite_response(const routing::ResponseRewrite& rewrite, Exchange& exchange);

}  // namespace fairway::proxy
