// Which requests the access log leaves out.
#pragma once

#include "proxy/request_record.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// False when the log is off (disable-access-log), the route says so (annotation enable-access-log), the URI is one of
/// skip-access-log-urls (path with query, compared without regard to case as nginx's map does), or the default backend
/// answered a host that no rule names, unless enable-access-log-for-default-backend.
/// A request that was refused before a route was chosen (record.route is null) is always logged.
bool is_logged(const RequestRecord& record, const routing::AccessLogSettings& settings) noexcept;

/// Whether a question to an auth-url is: with enable-auth-access-log, which has no switch for single Ingresses.
bool is_question_logged(const RequestRecord& record, const routing::AccessLogSettings& settings) noexcept;

}  // namespace fairway::proxy
