// Digest access authentication (RFC 7616, with MD5 and qop "auth" as RFC 2617 has them and htdigest files hold).
#pragma once

#include "proxy/filters/access.hpp"
#include "routing/policy/basic_auth.hpp"

namespace fairway::proxy {

/// 401 with a fresh nonce, unless the client proves that it knows a user's password. Each nonce lives for five minutes and
/// takes each count once; a client whose nonce is too old is told so (stale) and need not ask its user again.
io::Task<Admission> check_digest(WorkerContext& worker, const RequestHead& head, const routing::BasicAuth& auth);

}  // namespace fairway::proxy
