// The rows of the annotation table: name, values, default, ConfigMap key, scope, risk, status, whether it guards access, doc.
#include "ingress/annotations/table.hpp"

namespace fairway::ingress {

namespace {

using enum Scope;
using enum Risk;
using enum Status;
constexpr bool kGuards = true;
constexpr bool kOpen = false;

constexpr AnnotationDescriptor kRedirectsAndTlsRedirect[] = {
    {"ssl-redirect", "true or false", "true", "ssl-redirect", location, low, acts, kOpen,
     "redirect HTTP to HTTPS on hosts that a TLS section covers"},
    {"force-ssl-redirect", "true or false", "false", "force-ssl-redirect", location, medium, acts, kOpen,
     "redirect HTTP to HTTPS also on hosts without a TLS section, for TLS that ends in front of Fairway"},
    {"preserve-trailing-slash", "true or false", "false", "preserve-trailing-slash", location, medium, acts, kOpen,
     "keep the final slash of the request in the redirect to HTTPS"},
    {"use-port-in-redirects", "true or false", "false", "use-port-in-redirects", location, low, acts, kOpen,
     "name the HTTPS port in the redirect to HTTPS"},
    {"app-root", "path beginning with /, nginx variables allowed", "", "", host, medium, acts, kOpen,
     "answer 302 to this path for a request of exactly /"},
    {"permanent-redirect", "URL or path; nginx variables with --enable-annotation-validation=false", "", "", location,
     medium, acts, kOpen, "answer every request of the Ingress with 301 to this URL"},
    {"permanent-redirect-code", "300 to 308", "301", "", location, low, acts, kOpen, "status of permanent-redirect"},
    {"temporal-redirect", "http or https URL; variables as above", "", "", location, medium, acts, kOpen,
     "answer every request of the Ingress with 302 to this URL"},
    {"temporal-redirect-code", "300 to 307", "302", "", location, low, acts, kOpen, "status of temporal-redirect"},
    {"from-to-www-redirect", "true or false", "false", "", host, low, acts, kOpen,
     "redirect www.host to host, or host to www.host"},
    {"relative-redirects", "true or false", "false", "relative-redirects", location, low, acts, kOpen,
     "leave the Location of redirects that Fairway makes relative"},
};

constexpr AnnotationDescriptor kRewriteAndPaths[] = {
    {"rewrite-target", "path or http(s) URL, $1 to $9 and nginx variables allowed", "", "", location, medium, acts,
     kOpen, "replace the whole path before it is forwarded; paths of the host become patterns. A URL answers 302",
     "a target without / at its beginning gets one"},
    {"use-regex", "true or false", "false", "", host, low, acts, kOpen,
     "all paths of the host are regular expressions, without case, anchored at their start",
     "a path that is no valid pattern is left out alone"},
    {"x-forwarded-prefix", "path, $1 to $9 allowed", "", "", location, medium, acts, kOpen,
     "field X-Forwarded-Prefix for rewritten requests"},
};

constexpr AnnotationDescriptor kCors[] = {
    {"enable-cors", "true or false", "false", "", location, low, acts, kOpen,
     "answer preflight requests and set CORS fields"},
    {"cors-allow-origin", "list of origins, * or null", "*", "", location, medium, acts, kOpen,
     "origins that may read answers", "matched from end to end, and an invalid list lets nobody read"},
    {"cors-allow-methods", "list of methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS", "", location, medium, acts,
     kOpen, "Access-Control-Allow-Methods"},
    {"cors-allow-headers", "list of fields",
     "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization", "",
     location, medium, acts, kOpen, "Access-Control-Allow-Headers"},
    {"cors-expose-headers", "list of fields or *", "", "", location, medium, acts, kOpen,
     "Access-Control-Expose-Headers"},
    {"cors-allow-credentials", "true or false", "true", "", location, low, acts, kOpen,
     "Access-Control-Allow-Credentials"},
    {"cors-max-age", "seconds", "1728000", "", location, low, acts, kOpen, "Access-Control-Max-Age"},
};

constexpr AnnotationDescriptor kCanary[] = {
    {"canary", "true or false", "false", "", ingress, low, acts, kOpen,
     "this Ingress offers another backend for paths of others, and adds no paths of its own",
     "it belongs to a path and not to a Service, and several canaries share a path"},
    {"canary-by-header", "field name", "", "", ingress, medium, acts, kOpen,
     "requests with this field choose the canary"},
    {"canary-by-header-value", "text", "", "", ingress, medium, acts, kOpen,
     "the value of canary-by-header that means the canary"},
    {"canary-by-header-pattern", "regular expression", "", "", ingress, medium, acts, kOpen,
     "pattern for canary-by-header"},
    {"canary-by-cookie", "cookie name", "", "", ingress, medium, acts, kOpen, "cookie with the value always or never"},
    {"canary-weight", "0 to canary-weight-total", "0", "", ingress, low, acts, kOpen,
     "share of requests that the canary gets"},
    {"canary-weight-total", "at least 100", "100", "", ingress, low, acts, kOpen, "what canary-weight is a share of"},
    {"affinity-canary-behavior", "sticky or legacy", "sticky", "", ingress, low, acts, kOpen,
     "whether clients stay on the side first drawn"},
};

constexpr AnnotationDescriptor kLoadBalancingAndSessionAffinity[] = {
    {"load-balance", "round_robin or ewma", "round_robin", "load-balance", backend, low, acts, kOpen,
     "how an endpoint is chosen"},
    {"upstream-hash-by", "text with nginx variables", "", "", backend, high, acts, kOpen,
     "choose the endpoint by a consistent hash of this value",
     "after a failed try the next endpoint of the ring is asked"},
    {"upstream-hash-by-subset", "true or false", "false", "", backend, low, acts, kOpen,
     "the hash selects a subset of the endpoints"},
    {"upstream-hash-by-subset-size", "number", "3", "", backend, low, acts, kOpen, "endpoints in a subset"},
    {"service-upstream", "true or false", "false", "service-upstream", backend, low, acts, kOpen,
     "send to the Service's cluster address instead of its endpoints"},
    {"affinity", "cookie", "", "", backend, low, acts, kOpen, "a client keeps its endpoint"},
    {"affinity-mode", "balanced or persistent", "balanced", "", backend, medium, acts, kOpen,
     "whether clients move when endpoints are added"},
    {"session-cookie-name", "cookie name", "INGRESSCOOKIE", "", backend, medium, acts, kOpen,
     "name of the affinity cookie"},
    {"session-cookie-path", "path", "path of the rule", "", backend, medium, acts, kOpen,
     "Path of the affinity cookie"},
    {"session-cookie-domain", "domain", "", "", backend, medium, acts, kOpen, "Domain of the affinity cookie"},
    {"session-cookie-expires", "seconds", "", "", backend, medium, acts, kOpen,
     "Expires of the affinity cookie, from now"},
    {"session-cookie-max-age", "seconds", "", "", backend, medium, acts, kOpen, "Max-Age of the affinity cookie"},
    {"session-cookie-samesite", "None, Lax or Strict", "", "", backend, low, acts, kOpen,
     "SameSite of the affinity cookie"},
    {"session-cookie-conditional-samesite-none", "true or false", "false", "", backend, low, acts, kOpen,
     "leave SameSite=None out for browsers that break on it"},
    {"session-cookie-secure", "true or false", "set for TLS requests", "", backend, low, acts, kOpen,
     "Secure of the affinity cookie"},
    {"session-cookie-change-on-failure", "true or false", "false", "", backend, low, acts, kOpen,
     "a failed try moves the client to another endpoint"},
    {"session-cookie-hash", "any", "", "", backend, low, meaningless, kOpen,
     "obsolete in ingress-nginx, without effect there too"},
};

constexpr AnnotationDescriptor kAuthenticationBasicAndDigest[] = {
    {"auth-type", "basic or digest", "", "", location, low, acts, kGuards, "ask for a user name and password"},
    {"auth-secret", "[namespace/]name", "", "", location, medium, acts, kGuards, "Secret with the users"},
    {"auth-secret-type", "auth-file or auth-map", "auth-file", "", location, low, acts, kGuards, "form of the Secret"},
    {"auth-realm", "text", "", "", location, medium, acts, kGuards, "realm of the WWW-Authenticate field"},
};

constexpr AnnotationDescriptor kAuthenticationExternal[] = {
    {"auth-url", "http or https URL, nginx variables allowed", "", "global-auth-url", location, high, acts, kGuards,
     "ask this address whether a request may pass",
     "variables of the host: $host and $server_name alone, which mean the host of the rule"},
    {"auth-method", "HTTP method", "GET", "", location, low, acts, kGuards, "method of the question"},
    {"auth-signin", "URL, nginx variables allowed", "", "global-auth-signin", location, high, acts, kGuards,
     "page to log in at: answers 302 instead of 401"},
    {"auth-signin-redirect-param", "parameter name", "rd", "", location, medium, acts, kGuards,
     "query parameter that carries the original URL"},
    {"auth-response-headers", "list of fields", "", "", location, medium, acts, kGuards,
     "fields copied from the answer to the upstream request"},
    {"auth-request-redirect", "URL", "the request URI", "", location, medium, acts, kGuards,
     "value of X-Auth-Request-Redirect"},
    {"auth-proxy-set-headers", "namespace/name of a ConfigMap", "", "", location, medium, acts, kGuards,
     "more fields of the question"},
    {"auth-cache-key", "text with nginx variables", "", "", location, medium, acts, kGuards,
     "key under which answers are kept"},
    {"auth-cache-duration", "list of [statuses] time", "200 202 401 5m", "", location, medium, acts, kGuards,
     "how long answers are kept"},
    {"auth-always-set-cookie", "true or false", "false", "", location, low, acts, kGuards,
     "copy Set-Cookie of the answer to every status", "each cookie is a field of its own"},
    {"auth-keepalive", "number", "0", "", location, low, acts, kGuards,
     "connections to the authentication server that each worker keeps",
     "also with auth-method, with HTTP/2 and with $host in auth-url"},
    {"auth-keepalive-requests", "number", "1000", "", location, low, acts, kGuards, "requests on a kept connection"},
    {"auth-keepalive-timeout", "seconds", "60", "", location, low, acts, kGuards,
     "how long a kept connection may be idle"},
    {"auth-keepalive-share-vars", "true or false", "false", "", location, low, acts, kGuards,
     "share nginx variables with the question", "variables are always those of the client's request"},
    {"auth-snippet", "nginx configuration", "", "", location, critical, refused, kGuards,
     "nginx text for the question"},
    {"enable-global-auth", "true or false", "true", "", location, low, acts, kOpen,
     "whether the global-auth-* keys of the ConfigMap apply"},
};

constexpr AnnotationDescriptor kAuthenticationClientCertificates[] = {
    {"auth-tls-secret", "namespace/name", "", "", host, medium, acts, kGuards,
     "Secret with the authorities (ca.crt) of client certificates, and revocation lists (ca.crl)",
     "a Secret without ca.crt closes the host (403) instead of opening it to everybody"},
    {"auth-tls-verify-client", "on, off, optional or optional_no_ca", "on", "", host, medium, acts, kGuards,
     "whether clients need a certificate", "without auth-tls-secret it closes the paths instead of being ignored"},
    {"auth-tls-verify-depth", "number", "1", "", host, low, acts, kGuards, "longest chain of a client certificate"},
    {"auth-tls-error-page", "URL or path", "", "", host, high, acts, kGuards,
     "where clients without a good certificate go: 302 to a URL, or the page at a path of the host",
     "locations of nginx's configuration (@name) are refused"},
    {"auth-tls-pass-certificate-to-upstream", "true or false", "false", "", host, low, acts, kGuards,
     "field ssl-client-cert for the upstream", "a client's own field of this name never passes"},
    {"auth-tls-match-cn", "CN= and a regular expression", "", "", host, high, acts, kGuards,
     "what the subject of a client certificate must match",
     "without auth-tls-secret it closes the paths instead of being ignored"},
    {"satisfy", "all or any", "all", "", location, low, acts, kGuards,
     "whether one of address list, basic and external authentication is enough"},
};

constexpr AnnotationDescriptor kRateLimits[] = {
    {"limit-rps", "number", "0", "", ingress, low, acts, kOpen, "requests a second of one client; 0: no limit"},
    {"limit-rpm", "number", "0", "", ingress, low, acts, kOpen, "requests a minute of one client; 0: no limit"},
    {"limit-connections", "number", "0", "", ingress, low, acts, kOpen,
     "requests in progress of one client; 0: no limit"},
    {"limit-burst-multiplier", "number", "5", "", ingress, low, acts, kOpen, "burst as a multiple of the limit"},
    {"limit-allowlist", "list of addresses and networks", "", "", ingress, low, acts, kOpen, "clients without limits"},
    {"limit-whitelist", "list of addresses and networks", "", "", ingress, low, acts, kOpen,
     "older name of limit-allowlist"},
    {"limit-rate-after", "kilobytes", "0", "limit-rate-after", location, low, acts, kOpen,
     "part of a response that is sent at full speed"},
    {"limit-rate", "kilobytes a second", "0", "limit-rate", location, low, acts, kOpen,
     "speed of each response; 0: no limit"},
};

constexpr AnnotationDescriptor kAddressLists[] = {
    {"allowlist-source-range", "list of addresses and networks", "", "whitelist-source-range", location, medium, acts,
     kGuards, "only these clients may pass"},
    {"whitelist-source-range", "list of addresses and networks", "", "whitelist-source-range", location, medium, acts,
     kGuards, "older name of allowlist-source-range"},
    {"denylist-source-range", "list of addresses and networks", "", "denylist-source-range", location, medium, acts,
     kGuards, "these clients may not pass"},
};

constexpr AnnotationDescriptor kBackendProtocolAndTlsToBackends[] = {
    {"backend-protocol", "HTTP, HTTPS, AUTO_HTTP, GRPC, GRPCS or FCGI, in any case", "HTTP", "", location, low, acts,
     kOpen, "what the endpoints speak; without it appProtocol of the Service port decides",
     "errors of gRPC calls are told in gRPC's own terms; endpoints behind FCGI get the fields that others get, and the "
     "proxy-* annotations hold for them"},
    {"proxy-ssl-secret", "namespace/name", "", "", location, medium, acts, kOpen,
     "client certificate and authorities for TLS to the endpoints; the other proxy-ssl-* need it",
     "kept connections are never shared between paths with different TLS settings"},
    {"proxy-ssl-verify", "on or off", "off", "", location, low, acts, kGuards, "check the certificate of the endpoints",
     "another word closes the paths (503)"},
    {"proxy-ssl-verify-depth", "number", "1", "", location, low, acts, kOpen,
     "most authorities between an endpoint's certificate and one in ca.crt"},
    {"proxy-ssl-name", "host name or address", "upstream_balancer", "", location, high, acts, kOpen,
     "name to verify and to send as SNI"},
    {"proxy-ssl-server-name", "on or off", "off", "", location, low, acts, kOpen, "send SNI to the endpoints"},
    {"proxy-ssl-ciphers", "OpenSSL list", "DEFAULT", "", location, medium, acts, kOpen,
     "ciphers towards the endpoints"},
    {"proxy-ssl-protocols", "list of TLSv1.2 and TLSv1.3", "TLSv1.2", "", location, low, acts, kOpen,
     "protocols towards the endpoints"},
    {"fastcgi-index", "file name", "", "", location, medium, acts, kOpen,
     "script for paths that end with /, with backend-protocol: FCGI"},
    {"fastcgi-params-configmap", "[namespace/]name", "", "", location, medium, acts, kOpen,
     "ConfigMap with parameters for endpoints that speak FastCGI; nginx variables allowed",
     "a parameter takes the place of the usual one of its name; a ConfigMap of another namespace, or with a bad entry, "
     "closes the paths (503); values may hold any printable ASCII, but no groups of the path"},
};

constexpr AnnotationDescriptor kTimeoutsBuffersSizesRetries[] = {
    {"proxy-connect-timeout", "whole seconds, no unit", "5", "proxy-connect-timeout", location, low, acts, kOpen,
     "time to connect to an endpoint; over: the next one, in the end 504"},
    {"proxy-send-timeout", "whole seconds, no unit", "60", "proxy-send-timeout", location, low, acts, kOpen,
     "time between two writes to an endpoint"},
    {"proxy-read-timeout", "whole seconds, no unit", "60", "proxy-read-timeout", location, low, acts, kOpen,
     "time between two reads from an endpoint; also how long a WebSocket may be silent"},
    {"proxy-body-size", "bytes, or a number with k, m or g; 0: no limit", "1m", "proxy-body-size", location, medium,
     acts, kOpen, "largest request body; over: 413"},
    {"client-body-buffer-size", "size", "8k", "client-body-buffer-size", location, low, acts, kOpen,
     "memory for a request body before it goes to a file",
     "1 MiB may stay in memory whatever it says, while the bodies of a worker need no more than 64 MiB in all"},
    {"proxy-request-buffering", "on or off", "on", "proxy-request-buffering", location, low, acts, kOpen,
     "take the request body in before an endpoint is asked",
     "a body that fits neither memory nor file is passed on as it comes"},
    {"proxy-buffering", "on or off", "off", "proxy-buffering", location, low, acts, kOpen,
     "read responses ahead of the client, into memory and a file"},
    {"proxy-buffer-size", "size", "4k", "proxy-buffer-size", location, low, acts, kOpen, "limit of a response head",
     "64 KiB or the ConfigMap key, whichever is larger, for every Ingress"},
    {"proxy-buffers-number", "number", "4", "proxy-buffers-number", location, low, acts, kOpen,
     "memory for a response that is read ahead: so many times proxy-buffer-size"},
    {"proxy-busy-buffers-size", "size", "", "proxy-busy-buffers-size", location, low, meaningless, kOpen,
     "detail of nginx's buffers"},
    {"proxy-max-temp-file-size", "size", "1024m", "proxy-max-temp-file-size", location, low, acts, kOpen,
     "largest file of a response that is read ahead; 0: none"},
    {"proxy-http-version", "1.0 or 1.1", "1.1", "proxy-http-version", location, low, acts, kOpen,
     "HTTP version towards the endpoints; 1.0 has a length in place of chunks"},
    {"proxy-next-upstream",
     "list of error, timeout, invalid_header, http_500, http_502, http_503, http_504, http_403, http_404, http_429, "
     "non_idempotent; or off",
     "error timeout", "proxy-next-upstream", location, medium, acts, kOpen, "when another endpoint is tried"},
    {"proxy-next-upstream-tries", "number; 0: as many as there are endpoints", "3", "proxy-next-upstream-tries",
     location, low, acts, kOpen, "attempts in all"},
    {"proxy-next-upstream-timeout", "whole seconds; 0: no limit", "0", "proxy-next-upstream-timeout", location, low,
     acts, kOpen, "time for all attempts together"},
    {"proxy-redirect-from", "text, default or off", "off", "proxy-redirect-from", location, medium, acts, kOpen,
     "beginning of Location and Refresh that is replaced; ~ begins a regular expression"},
    {"proxy-redirect-to", "text or off", "off", "proxy-redirect-to", location, medium, acts, kOpen,
     "what it is replaced by"},
    {"proxy-cookie-domain", "off, or two words", "off", "proxy-cookie-domain", location, medium, acts, kOpen,
     "replace the Domain of cookies; ~ begins a regular expression"},
    {"proxy-cookie-path", "off, or two words", "off", "proxy-cookie-path", location, medium, acts, kOpen,
     "replace the beginning of the Path of cookies; ~ begins a regular expression"},
    {"connection-proxy-header", "close or keep-alive", "", "", location, low, acts, kOpen,
     "fixed field Connection towards the endpoints, which also ends upgrades"},
    {"upstream-vhost", "host name", "", "", location, low, acts, kOpen, "field Host towards the endpoints"},
};

constexpr AnnotationDescriptor kPassingToTheClient[] = {
    {"custom-headers", "namespace/name of a ConfigMap", "", "", location, medium, acts, kOpen,
     "fields for every response, if global-allowed-response-headers names them; else the paths answer 503"},
    {"http2-push-preload", "true or false", "false", "", location, low, meaningless, kOpen,
     "server push is gone from browsers and nginx"},
    {"enable-access-log", "true or false", "true", "", location, low, acts, kOpen, "write requests to the access log"},
    {"enable-rewrite-log", "true or false", "false", "", location, low, meaningless, kOpen, "debugging aid of nginx"},
};

constexpr AnnotationDescriptor kCustomErrorsAndDefaultBackend[] = {
    {"custom-http-errors", "list of 4xx and 5xx", "", "custom-http-errors", location, low, acts, kOpen,
     "statuses whose answer comes from the default backend", "not for gRPC calls, which are told in terms of gRPC"},
    {"default-backend", "Service name", "", "", location, low, acts, kOpen,
     "Service for errors, and when the main one has no endpoints"},
    {"disable-proxy-intercept-errors", "true or false", "false", "disable-proxy-intercept-errors", location, low, acts,
     kOpen, "leave the endpoints' own errors alone"},
};

constexpr AnnotationDescriptor kMirror[] = {
    {"mirror-target", "URL, nginx variables allowed", "", "", location, high, acts, kOpen,
     "send a copy of each request there",
     "asynchronous: no request waits for its copy; without a path the copy has that of the request"},
    {"mirror-host", "host name", "host of the target", "", location, high, acts, kOpen, "field Host of the copy"},
    {"mirror-request-body", "on or off", "on", "", location, low, acts, kOpen, "whether the copy carries the body",
     "off: the copy says Content-Length: 0"},
};

constexpr AnnotationDescriptor kModsecurityAndOpentelemetry[] = {
    {"enable-modsecurity", "true or false", "false", "enable-modsecurity", location, low, acts, kGuards,
     "inspect requests and responses with ModSecurity; its rules only detect until SecRuleEngine On",
     "request bodies are inspected behind authentication and rate limits, and rules that cannot act close the paths"},
    {"enable-owasp-core-rules", "true or false", "false", "enable-owasp-modsecurity-crs", location, low, acts, kGuards,
     "add the OWASP core rules; needs ModSecurity"},
    {"modsecurity-transaction-id", "text with nginx variables", "$req_id", "", location, high, acts, kOpen,
     "transaction id of ModSecurity"},
    {"modsecurity-snippet", "SecRule text", "", "modsecurity-snippet", location, critical, refused, kGuards,
     "rules for ModSecurity; write them into the ConfigMap key of the same name"},
    {"enable-opentelemetry", "true or false", "false", "enable-opentelemetry", location, low, acts, kOpen,
     "make a span of each request",
     "statuses from 500 on are errors in spans, and attribute http.route is the path of the rule"},
    {"opentelemetry-trust-incoming-span", "true or false", "true", "opentelemetry-trust-incoming-span", location, low,
     acts, kOpen, "continue the client's trace"},
    {"opentelemetry-operation-name", "text", "", "opentelemetry-operation-name", location, medium, acts, kOpen,
     "name of the span, of letters, digits, _ and -; without it the path of the rule"},
};

constexpr AnnotationDescriptor kHostlevelExtras[] = {
    {"server-alias", "list of host names, *.name and ~regex", "", "", host, high, acts, kOpen,
     "more names for the host"},
    {"ssl-passthrough", "true or false", "false", "", host, low, acts, kGuards,
     "route TLS by SNI to the Service of / without decrypting; needs --enable-ssl-passthrough",
     "connections go to the endpoints, not to the Service's cluster address"},
    {"ssl-ciphers", "OpenSSL list", "", "ssl-ciphers", host, low, acts, kOpen, "ciphers of the host for TLS 1.2",
     "a list without any cipher closes the paths (503)"},
    {"ssl-prefer-server-ciphers", "true or false", "true", "", host, low, acts, kOpen,
     "choose the cipher by the server's order"},
};

constexpr AnnotationDescriptor kSnippets[] = {
    {"configuration-snippet", "nginx configuration", "", "", location, critical, refused, kGuards,
     "nginx text for the paths"},
    {"server-snippet", "nginx configuration", "", "", host, critical, refused, kGuards, "nginx text for the host"},
    {"stream-snippet", "nginx configuration", "", "", ingress, critical, refused, kGuards,
     "nginx text for TCP and UDP"},
};

constexpr AnnotationDescriptor kRemovedFromIngressnginx[] = {
    {"secure-backends", "true or false", "", "", ingress, low, meaningless, kOpen,
     "removed; write backend-protocol: HTTPS"},
    {"grpc-backend", "true or false", "", "", ingress, low, meaningless, kOpen,
     "removed; write backend-protocol: GRPC"},
    {"add-base-url", "true or false", "", "", ingress, low, meaningless, kOpen, "removed"},
    {"base-url-scheme", "text", "", "", ingress, low, meaningless, kOpen, "removed"},
    {"enable-opentracing", "true or false", "", "", ingress, low, meaningless, kOpen,
     "removed; see enable-opentelemetry"},
    {"opentracing-trust-incoming-span", "true or false", "", "", ingress, low, meaningless, kOpen,
     "removed; see opentelemetry-trust-incoming-span"},
    {"lua-resty-waf*", "any", "", "", ingress, low, meaningless, kOpen, "removed"},
    {"enable-influxdb", "true or false", "", "", ingress, low, meaningless, kOpen, "removed"},
    {"influxdb-*", "any", "", "", ingress, low, meaningless, kOpen, "removed"},
    {"secure-verify-ca-secret", "namespace/name", "", "", ingress, low, meaningless, kOpen,
     "removed; see proxy-ssl-secret"},
    {"global-rate-limit*", "any", "", "", ingress, low, meaningless, kOpen, "removed; see limit-rps"},
};

constexpr AnnotationGroup kGroups[] = {
    {"Redirects and TLS redirect", kRedirectsAndTlsRedirect},
    {"Rewrite and paths", kRewriteAndPaths},
    {"CORS", kCors},
    {"Canary", kCanary},
    {"Load balancing and session affinity", kLoadBalancingAndSessionAffinity},
    {"Authentication: basic and digest", kAuthenticationBasicAndDigest},
    {"Authentication: external", kAuthenticationExternal},
    {"Authentication: client certificates", kAuthenticationClientCertificates},
    {"Rate limits", kRateLimits},
    {"Address lists", kAddressLists},
    {"Backend protocol and TLS to backends", kBackendProtocolAndTlsToBackends},
    {"Time-outs, buffers, sizes, retries", kTimeoutsBuffersSizesRetries},
    {"Passing to the client", kPassingToTheClient},
    {"Custom errors and default backend", kCustomErrorsAndDefaultBackend},
    {"Mirror", kMirror},
    {"ModSecurity and OpenTelemetry", kModsecurityAndOpentelemetry},
    {"Host-level extras", kHostlevelExtras},
    {"Snippets", kSnippets},
    {"Removed from ingress-nginx", kRemovedFromIngressnginx},
};

}  // namespace

std::span<const AnnotationGroup> annotation_groups() { return kGroups; }

}  // namespace fairway::ingress
