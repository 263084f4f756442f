// What an application behind FastCGI is told of a request: docs/fastcgi.md.
#pragma once

#include "base/ip_address.hpp"
#include "proxy/fastcgi/params_writer.hpp"
#include "proxy/request_record.hpp"
#include "proxy/upstream_request.hpp"

namespace fairway::proxy::fastcgi {

/// Adds the parameters of nginx's fastcgi_params, HTTP_NAME for each field (RFC 3875 section 4.1.18), and those of the
/// record's route, which take the place of others of their name.
/// Two fields whose names differ in '-' and '_' alone would have one parameter. What the proxy sets wins, then the field
/// without '_'; the other one is left out, also one that is the other spelling of a field that clients may not set.
/// @param local_ip  SERVER_ADDR.
void add_params(ParamsWriter& params, const UpstreamRequest& request, const RequestRecord& record,
                const IpAddress& local_ip);

}  // namespace fairway::proxy::fastcgi
