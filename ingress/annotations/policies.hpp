// One reader for each feature that acts after the match. Each starts from the defaults in its argument and overrides
// what the Ingress, or the ConfigMap, sets; bad values keep the default and are reported.
#pragma once

#include <optional>
#include <string>

#include "ingress/annotations/references.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/upstream_tls.hpp"
#include "routing/backend.hpp"
#include "routing/policy/cors.hpp"
#include "routing/policy/redirect.hpp"
#include "routing/policy/tls_redirect.hpp"
#include "routing/policy/upstream_policy.hpp"
#include "routing/route.hpp"
#include "routing/text_template.hpp"

namespace fairway::ingress {

/// ssl-redirect, force-ssl-redirect, preserve-trailing-slash, use-port-in-redirects.
void read_tls_redirect(SettingReader& settings, routing::TlsRedirect& redirect);
/// permanent-redirect, temporal-redirect and their codes: annotations only.
std::optional<routing::Redirect> read_redirect(SettingReader& settings);
/// enable-cors, cors-*: annotations only.
std::optional<routing::Cors> read_cors(SettingReader& settings);
/// upstream-vhost: annotations only.
std::optional<routing::TextTemplate> read_upstream_vhost(SettingReader& settings);
/// proxy-connect-timeout, proxy-send-timeout, proxy-read-timeout.
void read_upstream_timeouts(SettingReader& settings, routing::UpstreamTimeouts& timeouts);
/// proxy-next-upstream, proxy-next-upstream-tries, proxy-next-upstream-timeout.
void read_retry_policy(SettingReader& settings, routing::RetryPolicy& retry);
/// proxy-body-size.
void read_body_limit(SettingReader& settings, routing::BodyLimit& limit);
/// load-balance.
void read_load_balance(SettingReader& settings, routing::LoadBalance& balance);
/// enable-access-log: annotations only.
void read_access_log(SettingReader& settings, bool& access_log);
/// backend-protocol: annotations only. FastCGI closes the paths.
void read_backend_protocol(SettingReader& settings, routing::RoutePolicy& policy);
/// proxy-ssl-*: annotations only. nullopt: without proxy-ssl-secret; or it is refused, and `denied` says why.
std::optional<UpstreamTlsSettings> read_upstream_tls(SettingReader& settings, const References& references,
                                                     std::string& denied);

}  // namespace fairway::ingress
