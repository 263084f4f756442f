// One reader for each feature that acts after the match. Each starts from the defaults in its argument and overrides
// what the Ingress, or the ConfigMap, sets; bad values keep the default and are reported.
#pragma once

#include <optional>
#include <string>

#include "ingress/annotations/host_tls.hpp"
#include "ingress/annotations/joint_settings.hpp"
#include "ingress/annotations/parse.hpp"
#include "ingress/annotations/references.hpp"
#include "ingress/backend_registry.hpp"
#include "ingress/external_auth.hpp"
#include "ingress/mirror.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/upstream_tls.hpp"
#include "routing/backend.hpp"
#include "routing/policy/access_list.hpp"
#include "routing/policy/basic_auth.hpp"
#include "routing/policy/body_buffering.hpp"
#include "routing/policy/cors.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/fastcgi.hpp"
#include "routing/policy/field_set.hpp"
#include "routing/policy/rate_limits.hpp"
#include "routing/policy/redirect.hpp"
#include "routing/policy/response_rate.hpp"
#include "routing/policy/response_rewrite.hpp"
#include "routing/policy/rewrite.hpp"
#include "routing/policy/tls_redirect.hpp"
#include "routing/policy/upstream_http.hpp"
#include "routing/policy/upstream_policy.hpp"
#include "routing/route.hpp"
#include "routing/text_template.hpp"

namespace fairway::ingress {

/// ssl-redirect, force-ssl-redirect, preserve-trailing-slash, use-port-in-redirects.
void read_tls_redirect(SettingReader& settings, routing::TlsRedirect& redirect);
/// permanent-redirect, temporal-redirect and their codes: annotations only.
/// @param variables  the URLs may hold nginx variables: --enable-annotation-validation=false.
std::optional<routing::Redirect> read_redirect(SettingReader& settings, bool variables);
/// rewrite-target, x-forwarded-prefix: annotations only. Without the pattern, which is that of a path.
std::optional<routing::Rewrite> read_rewrite(SettingReader& settings);
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
/// load-balance, service-upstream, upstream-hash-by*, affinity, affinity-mode, session-cookie-*.
void read_backend_settings(SettingReader& settings, BackendSettings& backend);
/// affinity, affinity-mode, session-cookie-*: annotations only. nullopt: without affinity: cookie.
std::optional<routing::SessionCookie> read_session_cookie(SettingReader& settings);
/// canary, canary-*, affinity-canary-behavior: annotations only. nullopt: without canary: "true".
std::optional<CanaryOffer> read_canary(SettingReader& settings);
/// Of a canary all other annotations are ignored: those of the primary hold.
bool acts_on_canaries(std::string_view annotation);
/// limit-rps, limit-rpm, limit-connections, limit-burst-multiplier, limit-allowlist, limit-whitelist: annotations only.
/// @param ingress  "namespace/name": whose limits they are.
std::optional<routing::RateLimits> read_rate_limits(SettingReader& settings, const routing::RateLimits& defaults,
                                                    std::string_view ingress);
/// enable-opentelemetry, opentelemetry-trust-incoming-span, opentelemetry-operation-name: annotations only.
/// @param policy  as the ConfigMap has it.
void read_tracing(SettingReader& settings, const TracingDefaults& defaults, routing::Part<routing::Tracing>& policy);
/// enable-access-log: annotations only.
void read_access_log(SettingReader& settings, bool& access_log);
/// backend-protocol: annotations only.
void read_backend_protocol(SettingReader& settings, routing::RoutePolicy& policy);
/// fastcgi-index, fastcgi-params-configmap: annotations only. Parameters that cannot be had close the paths.
/// @param spoken  whether backend-protocol says FCGI; without it they have no effect.
std::optional<routing::FastCgi> read_fastcgi(SettingReader& settings, References& references, bool spoken,
                                             std::string& denied);
/// proxy-ssl-*: annotations only. nullopt: without proxy-ssl-secret; or it is refused, and `denied` says why.
std::optional<UpstreamTlsSettings> read_upstream_tls(SettingReader& settings, const References& references,
                                                     std::string& denied);
/// proxy-request-buffering, client-body-buffer-size, proxy-buffering, proxy-buffers-number, proxy-buffer-size,
/// proxy-max-temp-file-size.
void read_body_buffering(SettingReader& settings, ResponseBuffers& buffers,
                         routing::Part<routing::BodyBuffering>& policy);
/// proxy-http-version, connection-proxy-header.
void read_upstream_http(SettingReader& settings, routing::Part<routing::UpstreamHttp>& policy);
/// proxy-cookie-domain, proxy-cookie-path, proxy-redirect-from, proxy-redirect-to.
void read_response_rewrite(SettingReader& settings, ResponseRewriteTexts& texts,
                           routing::Part<routing::ResponseRewrite>& policy);
/// limit-rate, limit-rate-after.
void read_response_rate(SettingReader& settings, routing::Part<routing::ResponseRate>& policy);
/// custom-headers: annotations only. A field that may not be set closes the paths.
/// @param allowed  ConfigMap key global-allowed-response-headers.
std::optional<routing::FieldSet> read_custom_headers(SettingReader& settings, References& references,
                                                     const std::vector<std::string>& allowed, std::string& denied);
/// custom-http-errors, disable-proxy-intercept-errors of an Ingress.
void read_error_pages(SettingReader& settings, routing::Part<routing::ErrorPages>& policy);
/// The same of the ConfigMap.
void read_global_error_pages(SettingReader& settings, routing::Part<routing::ErrorPages>& policy);
/// default-backend: annotations only.
std::optional<BackendKey> read_error_backend(SettingReader& settings, References& references);
/// mirror-target, mirror-host, mirror-request-body: annotations only.
/// ConfigMap keys enable-modsecurity, enable-owasp-modsecurity-crs, modsecurity-snippet.
ModSecurityDefaults read_modsecurity_defaults(SettingReader& settings);

/// enable-modsecurity, enable-owasp-core-rules, modsecurity-transaction-id: annotations only. Whatever the defaults have put
/// into `policy` about ModSecurity is taken out. Nothing: it is off.
std::optional<ModSecuritySettings> read_modsecurity(SettingReader& settings, const ModSecurityDefaults& defaults,
                                                    routing::RoutePolicy& policy);

std::optional<MirrorSettings> read_mirror(SettingReader& settings);

/// allowlist-source-range, whitelist-source-range, denylist-source-range; the older names are ConfigMap keys as well. What
/// an annotation says takes the place of what the key says.
void read_access_list(SettingReader& settings, routing::Part<routing::AccessList>& list, std::string& denied);
/// satisfy: annotations only.
void read_satisfy(SettingReader& settings, bool& any);
/// auth-type, auth-secret, auth-secret-type, auth-realm: annotations only.
std::optional<routing::BasicAuth> read_password_auth(SettingReader& settings, References& references,
                                                     std::string& denied);
/// auth-url and its options, auth-keepalive*, enable-global-auth: annotations only.
/// @param global  what holds without auth-url.
std::optional<ExternalAuthSettings> read_external_auth(SettingReader& settings, References& references,
                                                       const std::optional<ExternalAuthSettings>& global,
                                                       std::string& denied);
/// global-auth-url and its options: ConfigMap only.
std::optional<ExternalAuthSettings> read_global_auth(SettingReader& settings, std::string& denied);
/// auth-tls-*, ssl-ciphers, ssl-prefer-server-ciphers, ssl-passthrough: annotations only. `denied` says what could not be
/// honoured.
HostTlsAnnotations read_host_tls(SettingReader& settings, References& references, std::string& denied);

}  // namespace fairway::ingress
