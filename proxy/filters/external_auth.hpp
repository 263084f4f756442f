// Asks a server whether a request may pass: annotations auth-url, auth-* and the keys global-auth-*.
#pragma once

#include <string>

#include "proxy/filters/access.hpp"
#include "routing/policy/external_auth.hpp"

namespace fairway::proxy {

/// The route has ExternalAuth. 2xx lets the request pass, with fields of the answer for the endpoint and cookies for the
/// client; 401 and 403 are the client's answer, too; everything else, and a server that cannot be asked, is 500 (reference
/// 3.7). The answer may be one that was kept.
io::Task<Admission> ask_auth_server(StepContext& context);

/// Where auth-signin sends the client in place of a 401.
std::string signin_location(const Exchange& exchange, const routing::ExternalAuth& auth);

/// The head of the question about a request, its empty line included. For ask_auth_server(), and tests.
void write_question(OutBuffer& out, const Exchange& exchange, const routing::ExternalAuth& auth);

/// For how long an answer may be kept: not at all with Set-Cookie, Vary, or a Cache-Control that forbids it; else
/// max-age of the answer, or what auth-cache-duration says of the status (nginx: proxy_cache_valid).
std::chrono::seconds time_to_keep(const ResponseHead& answer, const routing::ExternalAuth& auth);

}  // namespace fairway::proxy
