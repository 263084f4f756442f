// The rows of the ConfigMap table: key, values, default, status, whether it guards access, doc.
#include "ingress/configmap/descriptors.hpp"

namespace fairway::ingress {

namespace {

using enum Status;
constexpr bool kGuards = true;
constexpr bool kOpen = false;

constexpr ConfigKeyDescriptor kClientConnections[] = {
    {"keep-alive", "seconds; 0: close after each response", "75", acts, kOpen,
     "how long an idle client connection is kept"},
    {"keep-alive-requests", "number", "1000", acts, kOpen, "requests on one client connection"},
    {"client-header-timeout", "seconds", "60", acts, kOpen, "time for a request's head; over: 408"},
    {"client-body-timeout", "seconds", "60", acts, kOpen, "time between two reads of a request's body; over: 408"},
    {"large-client-header-buffers", "number and size", "4 8k", acts, kOpen,
     "the size is the longest header line, number times size the whole head; over: 431 or 414",
     "a head that is too large is a 431, not a 400"},
    {"client-header-buffer-size", "size", "1k", meaningless, kOpen, "detail of nginx's buffers"},
    {"client-body-buffer-size", "size", "8k", acts, kOpen, "memory for a request body before it goes to a file",
     "1 MiB may stay in memory whatever it says, while the bodies of a worker need no more than 64 MiB in all"},
    {"enable-underscores-in-headers", "true or false", "false", acts, kOpen, "allow _ in field names"},
    {"ignore-invalid-headers", "true or false", "true", acts, kOpen,
     "drop fields with invalid names instead of passing them"},
    {"bind-address", "list of addresses", "all", acts, kOpen, "addresses to listen on; read at start-up"},
    {"disable-ipv6", "true or false", "false", acts, kOpen, "listen on IPv4 only; read at start-up"},
    {"disable-ipv6-dns", "true or false", "false", planned, kOpen, "no AAAA look-ups"},
    {"use-http2", "true or false", "true", acts, kOpen,
     "HTTP/2 by ALPN on TLS ports, by prior knowledge on plain ones"},
    {"http2-max-concurrent-streams", "number", "128", acts, kOpen, "streams on one HTTP/2 connection"},
    {"worker-shutdown-timeout", "time", "240s", acts, kOpen, "how long requests may run on at shutdown"},
    {"max-worker-connections", "number", "16384", meaningless, kOpen, "Fairway has no fixed table of connections"},
};

constexpr ConfigKeyDescriptor kClientAddressAndForwardingFields[] = {
    {"use-forwarded-headers", "true or false", "false", acts, kOpen, "trust X-Forwarded-* of clients"},
    {"enable-real-ip", "true or false", "false", acts, kOpen,
     "take only the client address from the forwarded-for field"},
    {"forwarded-for-header", "field name", "X-Forwarded-For", acts, kOpen, "field with the client address"},
    {"forwarded-host-header", "field name", "X-Forwarded-Host", acts, kOpen, "field with the host"},
    {"compute-full-forwarded-for", "true or false", "false", acts, kOpen,
     "append to X-Forwarded-For instead of replacing it"},
    {"proxy-real-ip-cidr", "list of networks", "0.0.0.0/0", acts, kOpen, "peers whose forwarded-for field is believed"},
    {"use-proxy-protocol", "true or false", "false", planned, kOpen, "listeners expect the PROXY protocol"},
    {"proxy-protocol-header-timeout", "time", "5s", planned, kOpen, "wait for the PROXY header"},
    {"forwarded-for-proxy-protocol-header", "field name", "X-Forwarded-For-Proxy-Protocol", planned, kOpen,
     "field of the combined mode"},
    {"proxy-add-original-uri-header", "true or false", "false", acts, kOpen, "field X-Original-URI for the upstream"},
    {"generate-request-id", "true or false", "true", acts, kOpen, "make an X-Request-ID when the client sends none"},
    {"proxy-set-headers", "namespace/name of a ConfigMap", "", acts, kOpen,
     "more request fields for the endpoints; values may hold nginx variables",
     "a field that is ours anyway is replaced, not sent twice, and changes of the ConfigMap are live at once"},
};

constexpr ConfigKeyDescriptor kRedirects[] = {
    {"ssl-redirect", "true or false", "true", acts, kOpen, "redirect HTTP to HTTPS on hosts that a TLS section covers"},
    {"force-ssl-redirect", "true or false", "false", acts, kOpen, "redirect HTTP to HTTPS on every host"},
    {"preserve-trailing-slash", "true or false", "false", acts, kOpen, "keep the final slash in the redirect to HTTPS"},
    {"use-port-in-redirects", "true or false", "false", acts, kOpen, "name the HTTPS port in the redirect to HTTPS"},
    {"relative-redirects", "true or false", "false", acts, kOpen,
     "leave the Location of redirects that Fairway makes relative"},
    {"http-redirect-code", "301, 302, 307 or 308", "308", acts, kOpen, "status of the redirect to HTTPS"},
    {"no-tls-redirect-locations", "list of paths", "/.well-known/acme-challenge", acts, kOpen,
     "Ingress paths that begin so are never redirected to HTTPS"},
};

constexpr ConfigKeyDescriptor kUpstream[] = {
    {"proxy-connect-timeout", "whole seconds", "5", acts, kOpen, "time to connect to an endpoint"},
    {"proxy-send-timeout", "whole seconds", "60", acts, kOpen, "time between two writes to an endpoint"},
    {"proxy-read-timeout", "whole seconds", "60", acts, kOpen, "time between two reads from an endpoint"},
    {"proxy-next-upstream", "list of conditions, or off", "error timeout", acts, kOpen,
     "when another endpoint is tried"},
    {"proxy-next-upstream-tries", "number; 0: as many as there are endpoints", "3", acts, kOpen, "attempts in all"},
    {"proxy-next-upstream-timeout", "whole seconds; 0: no limit", "0", acts, kOpen, "time for all attempts together"},
    {"retry-non-idempotent", "true or false", "false", acts, kOpen, "repeat POST, LOCK and PATCH as well"},
    {"proxy-body-size", "size; 0: no limit", "1m", acts, kOpen, "largest request body"},
    {"proxy-buffer-size", "size", "4k", acts, kOpen, "limit of a response head", "never under 64k"},
    {"load-balance", "round_robin or ewma", "round_robin", acts, kOpen, "how an endpoint is chosen"},
    {"upstream-keepalive-connections", "number; 0: none", "320", acts, kOpen,
     "idle connections to endpoints that each worker keeps"},
    {"upstream-keepalive-time", "time", "1h", acts, kOpen, "age at which a kept connection is closed"},
    {"upstream-keepalive-timeout", "time", "60", acts, kOpen, "how long a kept connection may be idle"},
    {"upstream-keepalive-requests", "number", "10000", acts, kOpen, "requests on one kept connection"},
    {"proxy-http-version", "1.0 or 1.1", "1.1", acts, kOpen,
     "HTTP version towards the endpoints; 1.0 has a length in place of chunks"},
    {"proxy-buffering", "on or off", "off", acts, kOpen, "read responses ahead of the client, into memory and a file"},
    {"proxy-request-buffering", "on or off", "on", acts, kOpen, "take request bodies in before an endpoint is asked",
     "a body that fits neither memory nor file is passed on as it comes"},
    {"proxy-buffers-number", "number", "4", acts, kOpen,
     "memory for a response that is read ahead: so many times proxy-buffer-size"},
    {"proxy-busy-buffers-size", "size", "", meaningless, kOpen, "detail of nginx's buffers"},
    {"proxy-max-temp-file-size", "size", "1024m", acts, kOpen,
     "largest file of a response that is read ahead; 0: none"},
    {"proxy-cookie-path", "off, or two words", "off", acts, kOpen, "replace the Path of cookies"},
    {"proxy-cookie-domain", "off, or two words", "off", acts, kOpen, "replace the Domain of cookies"},
    {"proxy-redirect-from", "text or off", "off", acts, kOpen, "what is replaced in Location of responses"},
    {"proxy-redirect-to", "text or off", "off", acts, kOpen, "what it is replaced by"},
    {"proxy-ssl-location-only", "true or false", "false", acts, kOpen,
     "proxy-ssl-* hold for the paths of their Ingress alone, not for all paths of the host"},
    {"service-upstream", "true or false", "false", planned, kOpen,
     "send to the Service's cluster address instead of its endpoints"},
    {"grpc-buffer-size-kb", "number", "0", planned, kOpen, "limit of the head of gRPC answers"},
    {"allow-cross-namespace-resources", "true or false", "false", acts, kOpen,
     "annotations may name objects of other namespaces"},
};

constexpr ConfigKeyDescriptor kResponseFields[] = {
    {"hide-headers", "list of fields", "", acts, kOpen, "response fields of upstreams to drop"},
    {"add-headers", "namespace/name of a ConfigMap", "", acts, kOpen,
     "fields for every response, our own as well; values may hold nginx variables",
     "changes of the ConfigMap are live at once"},
    {"server-tokens", "true or false", "false", acts, kOpen, "send a Server field"},
    {"allow-backend-server-header", "true or false", "false", meaningless, kOpen,
     "without effect in ingress-nginx too"},
    {"global-allowed-response-headers", "list of fields", "", acts, kOpen,
     "fields that custom-headers may set, spelt so"},
    {"hsts", "true or false", "true", acts, kOpen, "send Strict-Transport-Security over HTTPS"},
    {"hsts-include-subdomains", "true or false", "true", acts, kOpen, "includeSubDomains in it"},
    {"hsts-max-age", "seconds", "31536000", acts, kOpen, "max-age in it"},
    {"hsts-preload", "true or false", "false", acts, kOpen, "preload in it"},
    {"default-type", "media type", "text/html", meaningless, kOpen, "for files served by nginx itself"},
};

constexpr ConfigKeyDescriptor kTls[] = {
    {"ssl-protocols", "list of TLSv1.2 and TLSv1.3", "TLSv1.2 TLSv1.3", acts, kOpen, "protocols that clients may use"},
    {"ssl-ciphers", "OpenSSL list", "ingress-nginx's list", acts, kOpen, "ciphers for TLS 1.2"},
    {"ssl-ecdh-curve", "OpenSSL list, or auto", "auto", acts, kOpen, "curves of the key exchange"},
    {"ssl-session-cache", "true or false", "true", acts, kOpen, "keep sessions for resumption"},
    {"ssl-session-cache-size", "size", "10m", acts, kOpen, "4,000 sessions for each megabyte"},
    {"ssl-session-timeout", "time", "10m", acts, kOpen, "how long a session can be resumed"},
    {"ssl-session-tickets", "true or false", "false", acts, kOpen, "resumption by ticket for TLS 1.2"},
    {"ssl-session-ticket-key", "base64 of 48 or 80 bytes", "", acts, kOpen,
     "ticket key that several instances share; without it a random one is made and rotated"},
    {"ssl-reject-handshake", "true or false", "false", acts, kOpen, "refuse handshakes for unknown names"},
    {"ssl-dh-param", "namespace/name of a Secret", "", planned, kOpen, "parameters of finite-field key exchange"},
    {"ssl-early-data", "true or false", "false", planned, kOpen, "TLS 1.3 early data"},
    {"ssl-buffer-size", "size", "4k", meaningless, kOpen, "detail of nginx's buffers"},
    {"enable-ocsp", "true or false", "false", planned, kOpen, "OCSP stapling"},
};

constexpr ConfigKeyDescriptor kAccessLog[] = {
    {"access-log-path", "file", "/var/log/nginx/access.log", acts, kOpen,
     "where the access log goes; the default means /dev/stdout"},
    {"http-access-log-path", "file", "", acts, kOpen, "same, and goes before access-log-path"},
    {"stream-access-log-path", "file", "", planned, kOpen, "access log of TCP and UDP"},
    {"access-log-params", "nginx options", "", meaningless, kOpen, "buffering options of nginx"},
    {"disable-access-log", "true or false", "false", acts, kOpen, "no access log"},
    {"disable-http-access-log", "true or false", "false", acts, kOpen, "no access log of HTTP"},
    {"disable-stream-access-log", "true or false", "false", planned, kOpen, "no access log of TCP and UDP"},
    {"enable-access-log-for-default-backend", "true or false", "false", acts, kOpen,
     "log requests that the default backend answers"},
    {"enable-auth-access-log", "true or false", "false", planned, kOpen, "log authentication requests"},
    {"skip-access-log-urls", "list of request URIs", "", acts, kOpen, "exactly these are not logged"},
    {"log-format-upstream", "text with variables", "the default upstream format", acts, kOpen, "form of a line"},
    {"log-format-stream", "text with variables", "", planned, kOpen, "form of a line for TCP and UDP"},
    {"log-format-escape-json", "true or false", "false", acts, kOpen, "escape variables for JSON"},
    {"log-format-escape-none", "true or false", "false", acts, kOpen, "do not escape variables; goes before -json"},
    {"error-log-path", "file", "", meaningless, kOpen, "Fairway logs to stderr"},
    {"error-log-level", "level", "notice", meaningless, kOpen, "see --log-level"},
    {"enable-syslog", "true or false", "false", planned, kOpen, "send logs to syslog"},
    {"syslog-host", "host", "", planned, kOpen, "where to"},
    {"syslog-port", "number", "514", planned, kOpen, "where to"},
};

constexpr ConfigKeyDescriptor kAccessControl[] = {
    {"whitelist-source-range", "list of addresses and networks", "", planned, kGuards, "only these clients may pass"},
    {"denylist-source-range", "list of addresses and networks", "", planned, kGuards, "these clients may not pass"},
    {"block-cidrs", "list of addresses and networks", "", planned, kGuards, "these clients get 403"},
    {"block-user-agents", "list", "", planned, kOpen, "these User-Agent values get 403"},
    {"block-referers", "list", "", planned, kOpen, "these Referer values get 403"},
    {"global-auth-url", "http or https URL", "", planned, kGuards, "ask this address whether a request may pass"},
    {"global-auth-method", "HTTP method", "", planned, kOpen, "option of global-auth-url"},
    {"global-auth-signin", "URL", "", planned, kOpen, "option of global-auth-url"},
    {"global-auth-signin-redirect-param", "parameter name", "rd", planned, kOpen, "option of global-auth-url"},
    {"global-auth-response-headers", "list of fields", "", planned, kOpen, "option of global-auth-url"},
    {"global-auth-request-redirect", "URL", "", planned, kOpen, "option of global-auth-url"},
    {"global-auth-cache-key", "text with nginx variables", "", planned, kOpen, "option of global-auth-url"},
    {"global-auth-cache-duration", "list of [statuses] time", "200 202 401 5m", planned, kOpen,
     "option of global-auth-url"},
    {"global-auth-always-set-cookie", "true or false", "false", planned, kOpen, "option of global-auth-url"},
    {"no-auth-locations", "list of paths", "/.well-known/acme-challenge", planned, kOpen,
     "Ingress paths that need no authentication"},
    {"nginx-status-ipv4-whitelist", "list of addresses", "127.0.0.1", meaningless, kOpen, "who may read /nginx_status"},
    {"nginx-status-ipv6-whitelist", "list of addresses", "::1", meaningless, kOpen, "who may read /nginx_status"},
};

constexpr ConfigKeyDescriptor kValidationOfIngresses[] = {
    {"strict-validate-path-type", "true or false", "true", acts, kOpen,
     "warn of paths of type Exact or Prefix that look like patterns"},
    {"annotations-risk-level", "Low, Medium, High or Critical", "High", acts, kOpen,
     "an Ingress with an annotation above this risk is refused whole: its version before stays"},
    {"annotation-value-word-blocklist", "list of words", "", acts, kOpen,
     "an Ingress with one of them in the value of an annotation is refused whole: its version before stays"},
    {"allow-snippet-annotations", "true or false", "false", refused, kOpen, "nginx configuration text is never taken"},
};

constexpr ConfigKeyDescriptor kRateLimits[] = {
    {"limit-conn-zone-variable", "nginx variable", "$binary_remote_addr", planned, kOpen,
     "what a client is for rate limits"},
    {"limit-req-status-code", "400 to 599", "503", planned, kOpen, "status for too many requests"},
    {"limit-conn-status-code", "400 to 599", "503", planned, kOpen, "status for too many requests at once"},
    {"limit-rate", "kilobytes a second", "0", acts, kOpen, "speed of each response; 0: no limit"},
    {"limit-rate-after", "kilobytes", "0", acts, kOpen, "part of a response at full speed"},
};

constexpr ConfigKeyDescriptor kErrors[] = {
    {"custom-http-errors", "list of statuses", "", acts, kOpen,
     "statuses whose answer comes from the global default backend; 300 to 599",
     "not for gRPC calls, which are told in terms of gRPC"},
    {"disable-proxy-intercept-errors", "true or false", "false", acts, kOpen, "leave the endpoints' own errors alone"},
};

constexpr ConfigKeyDescriptor kCompression[] = {
    {"use-gzip", "true or false", "false", acts, kOpen, "compress with gzip",
     "not our own error pages, nor what Cache-Control: no-transform forbids"},
    {"gzip-level", "1 to 9", "1", acts, kOpen, "gzip level"},
    {"gzip-min-length", "bytes", "256", acts, kOpen, "shortest body to compress, where its length is known"},
    {"gzip-types", "list of media types", "ingress-nginx's list", acts, kOpen,
     "what to compress, besides text/html; * for all"},
    {"gzip-disable", "regular expression", "", acts, kOpen, "User-Agents that get no gzip, in any case"},
    {"enable-brotli", "true or false", "false", acts, kOpen, "compress with brotli, which goes before gzip"},
    {"brotli-level", "0 to 11", "4", acts, kOpen, "brotli level"},
    {"brotli-min-length", "bytes", "20", acts, kOpen, "shortest body to compress, where its length is known"},
    {"brotli-types", "list of media types", "ingress-nginx's list", acts, kOpen,
     "what to compress, besides text/html; * for all"},
};

constexpr ConfigKeyDescriptor kTcpAndUdp[] = {
    {"proxy-stream-timeout", "time", "600s", acts, kOpen, "how long a TCP or UDP session may be silent"},
    {"proxy-stream-next-upstream", "true or false", "true", acts, kOpen,
     "try another endpoint when one cannot be reached"},
    {"proxy-stream-next-upstream-timeout", "time; 0: no limit", "600s", acts, kOpen, "time for all attempts together"},
    {"proxy-stream-next-upstream-tries", "number; 0: as many as there are endpoints", "3", acts, kOpen,
     "attempts in all"},
    {"proxy-stream-responses", "number", "1", acts, kOpen,
     "datagrams that answer one; a UDP session ends with the last"},
};

constexpr ConfigKeyDescriptor kTracingWafLocationOfClients[] = {
    {"enable-modsecurity", "true or false", "false", planned, kGuards, "web application firewall"},
    {"enable-owasp-modsecurity-crs", "true or false", "false", planned, kGuards, "its core rules"},
    {"modsecurity-snippet", "SecRule text", "", planned, kGuards, "its rules"},
    {"enable-opentelemetry", "true or false", "false", planned, kOpen, "trace requests"},
    {"opentelemetry-trust-incoming-span", "true or false", "true", planned, kOpen, "continue the client's trace"},
    {"opentelemetry-operation-name", "text", "", planned, kOpen, "name of spans"},
    {"opentelemetry-config", "file", "", planned, kOpen, "file of the nginx module"},
    {"otlp-collector-host", "host", "", planned, kOpen, "collector"},
    {"otlp-collector-port", "number", "4317", planned, kOpen, "collector"},
    {"otel-service-name", "text", "nginx", planned, kOpen, "name of the service"},
    {"otel-sampler", "AlwaysOn, AlwaysOff or TraceIdRatioBased", "AlwaysOn", planned, kOpen,
     "which requests are traced"},
    {"otel-sampler-ratio", "0 to 1", "0.01", planned, kOpen, "share of requests"},
    {"otel-sampler-parent-based", "true or false", "true", planned, kOpen, "follow the client's decision"},
    {"otel-max-queuesize", "number", "2048", planned, kOpen, "spans kept"},
    {"otel-schedule-delay-millis", "milliseconds", "5000", planned, kOpen, "time between exports"},
    {"otel-max-export-batch-size", "number", "512", planned, kOpen, "spans in an export"},
    {"use-geoip2", "true or false", "false", planned, kOpen, "GeoIP variables"},
    {"geoip2-autoreload-in-minutes", "minutes", "0", planned, kOpen, "read the database again"},
};

constexpr ConfigKeyDescriptor kWithoutMeaningOutsideNginx[] = {
    {"main-snippet", "nginx configuration", "", refused, kOpen, "nginx configuration text is never taken"},
    {"http-snippet", "nginx configuration", "", refused, kOpen, "nginx configuration text is never taken"},
    {"server-snippet", "nginx configuration", "", refused, kOpen, "nginx configuration text is never taken"},
    {"location-snippet", "nginx configuration", "", refused, kOpen, "nginx configuration text is never taken"},
    {"stream-snippet", "nginx configuration", "", refused, kOpen, "nginx configuration text is never taken"},
    {"global-auth-snippet", "nginx configuration", "", refused, kOpen, "nginx configuration text is never taken"},
    {"lua-shared-dicts", "list", "", meaningless, kOpen, "sizes of Lua tables"},
    {"worker-processes", "number", "", meaningless, kOpen, "see --workers"},
    {"worker-cpu-affinity", "masks", "", meaningless, kOpen, "see --workers"},
    {"enable-serial-reloads", "true or false", "", meaningless, kOpen, "Fairway never reloads"},
    {"max-worker-open-files", "number", "", meaningless, kOpen, "set the limit of the process"},
    {"enable-multi-accept", "true or false", "", meaningless, kOpen, "detail of nginx"},
    {"enable-aio-write", "true or false", "", meaningless, kOpen, "detail of nginx"},
    {"reuse-port", "true or false", "", meaningless, kOpen, "Fairway always does"},
    {"map-hash-bucket-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"server-name-hash-max-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"server-name-hash-bucket-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"proxy-headers-hash-max-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"proxy-headers-hash-bucket-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"variables-hash-bucket-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"variables-hash-max-size", "number", "", meaningless, kOpen, "detail of nginx"},
    {"debug-connections", "list", "", meaningless, kOpen, "see --log-level"},
    {"http2-max-field-size", "size", "", meaningless, kOpen, "removed; see large-client-header-buffers"},
    {"http2-max-header-size", "size", "", meaningless, kOpen, "removed; see large-client-header-buffers"},
    {"http2-max-requests", "number", "", meaningless, kOpen, "removed; see keep-alive-requests"},
    {"use-geoip", "true or false", "", meaningless, kOpen, "removed"},
    {"app-root", "path", "", meaningless, kOpen, "never read; an annotation"},
    {"upstream-hash-by", "text", "", meaningless, kOpen, "never read; an annotation"},
    {"upstream-hash-by-subset", "true or false", "", meaningless, kOpen, "never read; an annotation"},
    {"upstream-hash-by-subset-size", "number", "", meaningless, kOpen, "never read; an annotation"},
    {"enable-opentracing", "true or false", "", meaningless, kOpen, "removed"},
    {"opentracing-*", "any", "", meaningless, kOpen, "removed"},
    {"jaeger-*", "any", "", meaningless, kOpen, "removed"},
    {"zipkin-*", "any", "", meaningless, kOpen, "removed"},
    {"datadog-*", "any", "", meaningless, kOpen, "removed"},
    {"plugins", "list", "", meaningless, kOpen, "removed"},
};

constexpr ConfigKeyGroup kGroups[] = {
    {"Client connections", kClientConnections},
    {"Client address and forwarding fields", kClientAddressAndForwardingFields},
    {"Redirects", kRedirects},
    {"Upstream", kUpstream},
    {"Response fields", kResponseFields},
    {"TLS", kTls},
    {"Access log", kAccessLog},
    {"Access control", kAccessControl},
    {"Validation of Ingresses", kValidationOfIngresses},
    {"Rate limits", kRateLimits},
    {"Errors", kErrors},
    {"Compression", kCompression},
    {"TCP and UDP", kTcpAndUdp},
    {"Tracing, WAF, location of clients", kTracingWafLocationOfClients},
    {"Without meaning outside nginx", kWithoutMeaningOutsideNginx},
};

}  // namespace

std::span<const ConfigKeyGroup> config_key_groups() { return kGroups; }

}  // namespace fairway::ingress
