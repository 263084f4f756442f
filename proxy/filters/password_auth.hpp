// User names and passwords: annotations auth-type, auth-secret, auth-realm.
#pragma once

#include "proxy/filters/access.hpp"

namespace fairway::proxy {

/// 401 with a challenge, unless the client knows a user's password; 503 when too many others are being verified. For routes
/// with BasicAuth. Slow hashes are verified on other threads; a password that was right is remembered for an hour, as a
/// digest that holds its hash, too, so that a change of the Secret acts at once.
io::Task<Admission> check_password(StepContext& context);

}  // namespace fairway::proxy
