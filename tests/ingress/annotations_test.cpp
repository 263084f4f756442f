#include "ingress/annotations/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ingress/annotations/descriptors.hpp"
#include "routing/policy/body_buffering.hpp"
#include "routing/policy/cors.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/fastcgi.hpp"
#include "routing/policy/redirect.hpp"
#include "routing/policy/response_rate.hpp"
#include "routing/policy/response_rewrite.hpp"
#include "routing/policy/upstream_http.hpp"
#include "routing/text_template.hpp"

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPrefix = "nginx.ingress.kubernetes.io";

/// A Part never changes: another one takes its place.
template <class T>
void edit(routing::Part<T>& part, auto change) {
    T copy = *part;
    change(copy);
    part = std::move(copy);
}

struct Parsed {
    IngressSettings settings;
    std::vector<Diagnostic> diagnostics;
};

Parsed parse(std::map<std::string, std::string> annotations, const PolicyDefaults& defaults = {}) {
    k8s::Ingress ingress;
    ingress.meta.name = {"shop", "web"};
    for (auto& [name, value] : annotations) ingress.meta.annotations[std::string(kPrefix) + "/" + name] = value;
    Parsed parsed;
    const ObjectStore store;
    References references(store, "shop", defaults.cross_namespace);
    parsed.settings = parse_annotations(ingress, kPrefix, defaults, references, parsed.diagnostics);
    return parsed;
}

TEST(AnnotationTable, NamesAreUniqueAndEveryRowIsDocumented) {
    std::set<std::string_view> names;
    for (const auto& row : annotation_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_FALSE(row.values.empty()) << row.name;
        EXPECT_FALSE(row.doc.empty()) << row.name;
        EXPECT_FALSE(row.group.empty()) << row.name;
    }
    EXPECT_GE(names.size(), 138u);
}

TEST(AnnotationTable, FindsFamiliesByTheirBeginning) {
    ASSERT_NE(find_annotation("lua-resty-waf-debug"), nullptr);
    EXPECT_EQ(find_annotation("lua-resty-waf-debug")->name, "lua-resty-waf*");
    EXPECT_EQ(find_annotation("proxy-read-timout"), nullptr);
}

/// Every row that acts: a good value, what it does, and a bad value, which keeps the default and is reported.
struct ActingCase {
    const char* name;
    const char* good;
    void (*change)(IngressSettings&);
    const char* bad;
};

const ActingCase kActing[] = {
    {"ssl-redirect", "false", [](IngressSettings& s) { s.policy.tls_redirect.enabled = false; }, "no"},
    {"force-ssl-redirect", "true", [](IngressSettings& s) { s.policy.tls_redirect.force = true; }, "yes"},
    {"preserve-trailing-slash", "true",
     [](IngressSettings& s) { s.policy.tls_redirect.preserve_trailing_slash = true; }, "on"},
    {"use-port-in-redirects", "true", [](IngressSettings& s) { s.policy.tls_redirect.use_port = true; }, "443"},
    {"permanent-redirect", "https://a.example/b?c=d",
     [](IngressSettings& s) { s.policy.redirect = routing::Redirect{"https://a.example/b?c=d", 301}; }, "/$host"},
    {"permanent-redirect", "/moved", [](IngressSettings& s) { s.policy.redirect = routing::Redirect{"/moved", 301}; },
     "moved"},
    {"temporal-redirect", "http://a.example",
     [](IngressSettings& s) { s.policy.redirect = routing::Redirect{"http://a.example", 302}; }, "/moved"},
    {"relative-redirects", "true", [](IngressSettings& s) { s.policy.relative_redirects = true; }, "2"},
    {"enable-cors", "true", [](IngressSettings& s) { s.policy.cors = routing::Cors{}; }, "on"},
    {"upstream-vhost", "pods.internal:8080",
     [](IngressSettings& s) { s.policy.upstream_vhost = routing::literal_template("pods.internal:8080"); }, "a b"},
    {"load-balance", "ewma", [](IngressSettings& s) { s.backend.load_balance = routing::LoadBalance::ewma; },
     "least_conn"},
    {"proxy-connect-timeout", "7", [](IngressSettings& s) { s.policy.timeouts.connect = 7s; }, "7s"},
    {"proxy-send-timeout", "8", [](IngressSettings& s) { s.policy.timeouts.send = 8s; }, "0"},
    {"proxy-read-timeout", "3600", [](IngressSettings& s) { s.policy.timeouts.read = 3600s; }, "1h"},
    {"proxy-body-size", "8m", [](IngressSettings& s) { s.policy.body_limit.max_bytes = 8 << 20; }, "8 megabytes"},
    {"proxy-buffer-size", "16k",
     [](IngressSettings& s) { edit(s.policy.body_buffering, [](auto& part) { part.response_memory = 64 << 10; }); },
     "large"},
    {"proxy-request-buffering", "off",
     [](IngressSettings& s) { edit(s.policy.body_buffering, [](auto& part) { part.request = false; }); }, "no"},
    {"client-body-buffer-size", "16k",
     [](IngressSettings& s) { edit(s.policy.body_buffering, [](auto& part) { part.request_memory = 16 << 10; }); },
     "16 k"},
    {"proxy-buffering", "on",
     [](IngressSettings& s) { edit(s.policy.body_buffering, [](auto& part) { part.response = true; }); }, "true"},
    {"proxy-buffers-number", "8",
     [](IngressSettings& s) { edit(s.policy.body_buffering, [](auto& part) { part.response_memory = 32 << 10; }); },
     "0"},
    {"proxy-max-temp-file-size", "0",
     [](IngressSettings& s) { edit(s.policy.body_buffering, [](auto& part) { part.response_file = 0; }); }, "none"},
    {"proxy-http-version", "1.0",
     [](IngressSettings& s) { s.policy.upstream_http = routing::UpstreamHttp{.http_1_0 = true}; }, "2"},
    {"connection-proxy-header", "Keep-Alive",
     [](IngressSettings& s) {
         s.policy.upstream_http = routing::UpstreamHttp{.connection = routing::UpstreamHttp::Connection::keep_alive};
     },
     "upgrade"},
    {"proxy-cookie-domain", ".a.example b.example",
     [](IngressSettings& s) {
         s.policy.response_rewrite = routing::ResponseRewrite{
             .cookie_domain = {"a.example", std::nullopt, routing::literal_template("b.example")}};
     },
     "a.example"},
    {"proxy-cookie-path", "/a /b",
     [](IngressSettings& s) {
         s.policy.response_rewrite =
             routing::ResponseRewrite{.cookie_path = {"/a", std::nullopt, routing::literal_template("/b")}};
     },
     "~( /b"},
    {"limit-rate", "2", [](IngressSettings& s) { s.policy.response_rate = routing::ResponseRate{2048, 0}; }, "2k"},
    {"limit-rate-after", "3", [](IngressSettings& s) { s.policy.response_rate = routing::ResponseRate{0, 3072}; },
     "-1"},
    {"custom-http-errors", "503, 404",
     [](IngressSettings& s) { s.policy.error_pages = routing::ErrorPages{.statuses = {404, 503}}; }, "302"},
    {"disable-proxy-intercept-errors", "true",
     [](IngressSettings& s) { s.policy.error_pages = routing::ErrorPages{.own_errors_only = true}; }, "on"},
    {"mirror-target", "http://a.example:8080$request_uri", [](IngressSettings&) {}, "ftp://a.example"},
    {"proxy-next-upstream", "off", [](IngressSettings& s) { s.policy.retry.conditions = 0; }, "off error"},
    {"proxy-next-upstream", "http_429,non_idempotent",
     [](IngressSettings& s) { s.policy.retry.conditions = routing::retry_http_429 | routing::retry_non_idempotent; },
     "eror"},
    {"proxy-next-upstream-tries", "0", [](IngressSettings& s) { s.policy.retry.tries = 0; }, "-1"},
    {"proxy-next-upstream-timeout", "9", [](IngressSettings& s) { s.policy.retry.timeout = 9s; }, "9s"},
    {"backend-protocol", "https", [](IngressSettings& s) { s.policy.protocol = routing::UpstreamProtocol::https; },
     "SPDY"},
    {"backend-protocol", "HTTP", [](IngressSettings& s) { s.policy.protocol = routing::UpstreamProtocol::http; },
     "HTTPSS"},
    {"backend-protocol", "Auto_Http",
     [](IngressSettings& s) { s.policy.protocol = routing::UpstreamProtocol::auto_http; }, "auto"},
    {"backend-protocol", "grpc", [](IngressSettings& s) { s.policy.protocol = routing::UpstreamProtocol::h2c; },
     "GRPC-WEB"},
    {"backend-protocol", "GRPCS", [](IngressSettings& s) { s.policy.protocol = routing::UpstreamProtocol::h2; }, "h2"},
    {"enable-access-log", "false", [](IngressSettings& s) { s.policy.access_log = false; }, "none"},
};

class ActingAnnotation : public testing::TestWithParam<ActingCase> {};

TEST_P(ActingAnnotation, GoodValueActs) {
    auto expected = parse({}).settings;
    GetParam().change(expected);
    const auto parsed = parse({{GetParam().name, GetParam().good}});
    EXPECT_EQ(parsed.settings.policy, expected.policy);
    EXPECT_EQ(parsed.settings.backend, expected.backend);
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

TEST_P(ActingAnnotation, BadValueKeepsTheDefaultAndIsReported) {
    const auto parsed = parse({{GetParam().name, GetParam().bad}});
    EXPECT_EQ(parsed.settings.policy, parse({}).settings.policy);
    EXPECT_EQ(parsed.settings.backend, parse({}).settings.backend);
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::warning);
    EXPECT_EQ(parsed.diagnostics[0].field, std::string("annotation ") + GetParam().name);
    EXPECT_EQ(parsed.diagnostics[0].reason, "InvalidValue");
}

TEST_P(ActingAnnotation, EmptyValueMeansNotSet) {
    const auto parsed = parse({{GetParam().name, "  "}});
    EXPECT_EQ(parsed.settings.policy, parse({}).settings.policy);
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Table, ActingAnnotation, testing::ValuesIn(kActing));

/// The rows that mean something beside another one.
struct CompanionCase {
    const char* of;
    const char* of_value;
    const char* name;
    const char* good;
    void (*change)(routing::RoutePolicy&);
    const char* bad;
};

const CompanionCase kCompanions[] = {
    {"permanent-redirect", "/a", "permanent-redirect-code", "308",
     [](auto& p) { edit(p.redirect, [](auto& part) { part.status = 308; }); }, "309"},
    {"temporal-redirect", "http://a", "temporal-redirect-code", "307",
     [](auto& p) { edit(p.redirect, [](auto& part) { part.status = 307; }); }, "308"},
    {"proxy-redirect-to", "https://b.example/", "proxy-redirect-from", "http://a.example/",
     [](auto& p) {
         p.response_rewrite = routing::ResponseRewrite{
             .redirect = {"http://a.example/", std::nullopt, routing::literal_template("https://b.example/")}};
     },
     "~("},
    {"proxy-redirect-from", "http://a.example/", "proxy-redirect-to", "https://b.example/",
     [](auto& p) {
         p.response_rewrite = routing::ResponseRewrite{
             .redirect = {"http://a.example/", std::nullopt, routing::literal_template("https://b.example/")}};
     },
     "https://$nothing/"},
    {"mirror-target", "http://a.example", "mirror-host", "b.example", [](auto&) {}, "a b"},
    {"mirror-target", "http://a.example", "mirror-request-body", "off", [](auto&) {}, "false"},
    {"enable-cors", "true", "cors-allow-methods", "GET, POST",
     [](auto& p) { edit(p.cors, [](auto& part) { part.methods = "GET, POST"; }); }, "GET;"},
    {"enable-cors", "true", "cors-allow-headers", "X-A, X_B",
     [](auto& p) { edit(p.cors, [](auto& part) { part.headers = "X-A, X_B"; }); }, "a: b"},
    {"enable-cors", "true", "cors-expose-headers", "*",
     [](auto& p) { edit(p.cors, [](auto& part) { part.expose_headers = "*"; }); }, "a\"b"},
    {"enable-cors", "true", "cors-allow-credentials", "false",
     [](auto& p) { edit(p.cors, [](auto& part) { part.credentials = false; }); }, "no"},
    {"enable-cors", "true", "cors-max-age", "600",
     [](auto& p) { edit(p.cors, [](auto& part) { part.max_age = "600"; }); }, "10m"},
};

class CompanionAnnotation : public testing::TestWithParam<CompanionCase> {};

TEST_P(CompanionAnnotation, ActsBesideTheOther) {
    const auto& companion = GetParam();
    auto expected = parse({{companion.of, companion.of_value}}).settings.policy;
    companion.change(expected);
    const auto parsed = parse({{companion.of, companion.of_value}, {companion.name, companion.good}});
    EXPECT_EQ(parsed.settings.policy, expected);
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

TEST_P(CompanionAnnotation, BadValueKeepsTheDefaultAndIsReported) {
    const auto& companion = GetParam();
    const auto parsed = parse({{companion.of, companion.of_value}, {companion.name, companion.bad}});
    EXPECT_EQ(parsed.settings.policy, parse({{companion.of, companion.of_value}}).settings.policy);
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].reason, "InvalidValue");
}

INSTANTIATE_TEST_SUITE_P(Table, CompanionAnnotation, testing::ValuesIn(kCompanions));

TEST(Annotations, MirrorsHaveAServerAndATarget) {
    const auto mirror = parse({{"mirror-target", "https://Copy.example:8443/a$request_uri"}}).settings.mirror;
    ASSERT_TRUE(mirror);
    EXPECT_TRUE(mirror->url.https);
    EXPECT_EQ(mirror->policy.host, "copy.example:8443");
    EXPECT_EQ(mirror->policy.target.pieces.at(0).literal, "/a");
    EXPECT_TRUE(parse({{"mirror-target", "http://a.example"}}).settings.mirror->policy.target.pieces.empty());
    const auto changed =
        parse({{"mirror-target", "http://a.example"}, {"mirror-host", "b.example"}, {"mirror-request-body", "off"}});
    EXPECT_EQ(changed.settings.mirror->policy.host, "b.example");
    EXPECT_FALSE(changed.settings.mirror->policy.body);
}

TEST(Annotations, RedirectsHaveVariablesWhereValidationIsOff) {
    constexpr const char* kUrl = "https://new.example.com$request_uri";
    EXPECT_FALSE(parse({{"permanent-redirect", kUrl}}).settings.policy.redirect);
    const PolicyDefaults lax{.validate_annotations = false};
    const auto parsed = parse({{"permanent-redirect", kUrl}, {"permanent-redirect-code", "308"}}, lax);
    ASSERT_TRUE(parsed.settings.policy.redirect);
    EXPECT_EQ(parsed.settings.policy.redirect->status, 308);
    EXPECT_EQ(parsed.settings.policy.redirect->with_variables.pieces.at(0).literal, "https://new.example.com");
    EXPECT_FALSE(parse({{"temporal-redirect", "https://a/$nonsense"}}, lax).settings.policy.redirect);
    EXPECT_FALSE(parse({{"temporal-redirect", "https://a/\r\nX: y"}}, lax).settings.policy.redirect);
}

TEST(Annotations, TracingOfAnIngress) {
    PolicyDefaults defaults;
    defaults.tracing = {.tracing = {.trust_incoming = false, .operation_name = routing::literal_template("of the key")},
                        .has_collector = true};
    EXPECT_FALSE(parse({{"opentelemetry-operation-name", "checkout"}}, defaults).settings.policy.tracing);
    const auto own =
        parse({{"enable-opentelemetry", "true"}, {"opentelemetry-operation-name", "check_out-1"}}, defaults);
    EXPECT_THAT(own.diagnostics, IsEmpty());
    EXPECT_EQ(*own.settings.policy.tracing,
              (routing::Tracing{.trust_incoming = false, .operation_name = routing::literal_template("check_out-1")}));
    defaults.policy.tracing = defaults.tracing.tracing;
    EXPECT_EQ(*parse({}, defaults).settings.policy.tracing, defaults.tracing.tracing);
    EXPECT_FALSE(parse({{"enable-opentelemetry", "false"}}, defaults).settings.policy.tracing);
    EXPECT_TRUE(
        parse({{"opentelemetry-trust-incoming-span", "true"}}, defaults).settings.policy.tracing->trust_incoming);
    const auto refused = parse({{"opentelemetry-operation-name", "$uri"}, {"enable-opentelemetry", "maybe"}}, defaults);
    EXPECT_EQ(refused.diagnostics.size(), 2u) << "one for each";
    EXPECT_EQ(*refused.settings.policy.tracing, defaults.tracing.tracing);
}

TEST(Annotations, TracingWithoutACollectorIsTold) {
    const auto parsed = parse({{"enable-opentelemetry", "true"}});
    EXPECT_TRUE(parsed.settings.policy.tracing);
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].reason, "NoTraceCollector");
}

TEST(Annotations, TemporalRedirectGoesBeforeThePermanentOne) {
    const auto parsed = parse({{"permanent-redirect", "http://a"}, {"temporal-redirect", "http://b"}});
    EXPECT_EQ(*parsed.settings.policy.redirect, (routing::Redirect{"http://b", 302}));
}

TEST(Annotations, OriginsThatAreNoneAreLeftOutAndLetNobodyIn) {
    const auto parsed =
        parse({{"enable-cors", "true"}, {"cors-allow-origin", "https://*.Shop.example:8443, shop, https://, null"}});
    const std::vector<routing::CorsOrigin> origins{{"https://", true, ".shop.example:8443"}, {"null", false, ""}};
    EXPECT_FALSE(parsed.settings.policy.cors->any_origin);
    EXPECT_EQ(parsed.settings.policy.cors->origins, origins);
    EXPECT_EQ(parsed.diagnostics.size(), 2u);
    const auto none = parse({{"enable-cors", "true"}, {"cors-allow-origin", "shop"}});
    EXPECT_FALSE(none.settings.policy.cors->any_origin);
    EXPECT_THAT(none.settings.policy.cors->origins, IsEmpty());
    EXPECT_TRUE(parse({{"enable-cors", "true"}, {"cors-allow-origin", "http://a.example, *"}})
                    .settings.policy.cors->any_origin);
}

/// The rows that need proxy-ssl-secret.
struct UpstreamTlsCase {
    const char* name;
    const char* good;
    void (*change)(UpstreamTlsSettings&);
    const char* bad;
};

const UpstreamTlsCase kUpstreamTls[] = {
    {"proxy-ssl-verify", "on", [](UpstreamTlsSettings& s) { s.verify = true; }, "true"},
    {"proxy-ssl-verify-depth", "3", [](UpstreamTlsSettings& s) { s.verify_depth = 3; }, "deep"},
    {"proxy-ssl-name", "api.internal", [](UpstreamTlsSettings& s) { s.name = "api.internal"; }, "a b"},
    {"proxy-ssl-name", "2001:db8::1", [](UpstreamTlsSettings& s) { s.name = "2001:db8::1"; }, "$host"},
    {"proxy-ssl-server-name", "on", [](UpstreamTlsSettings& s) { s.server_name = true; }, "yes"},
    {"proxy-ssl-ciphers", "HIGH:!aNULL", [](UpstreamTlsSettings& s) { s.ciphers = "HIGH:!aNULL"; }, "ROT13"},
    {"proxy-ssl-protocols", "TLSv1.2  TLSv1.3", [](UpstreamTlsSettings& s) { s.protocols = "TLSv1.2 TLSv1.3"; },
     "TLSv1.1"},
};

class UpstreamTlsAnnotation : public testing::TestWithParam<UpstreamTlsCase> {};

TEST_P(UpstreamTlsAnnotation, ActsWithASecret) {
    UpstreamTlsSettings expected{.secret = {"shop", "backend"}};
    GetParam().change(expected);
    const auto parsed = parse({{"proxy-ssl-secret", "shop/backend"}, {GetParam().name, GetParam().good}});
    EXPECT_EQ(parsed.settings.upstream_tls, expected);
    EXPECT_EQ(parsed.settings.policy.denied, "");
}

TEST_P(UpstreamTlsAnnotation, BadValueKeepsTheDefaultAndIsReported) {
    const auto parsed = parse({{"proxy-ssl-secret", "shop/backend"}, {GetParam().name, GetParam().bad}});
    const UpstreamTlsSettings usual{.secret = {"shop", "backend"}};
    EXPECT_EQ(parsed.settings.upstream_tls, usual);
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].field, std::string("annotation ") + GetParam().name);
    EXPECT_EQ(parsed.diagnostics[0].reason, "InvalidValue");
    EXPECT_EQ(!parsed.settings.policy.denied.empty(), GetParam().name == std::string("proxy-ssl-verify"));
}

TEST_P(UpstreamTlsAnnotation, HasNoEffectWithoutASecretAndSaysSo) {
    const auto parsed = parse({{GetParam().name, GetParam().good}});
    EXPECT_EQ(parsed.settings.upstream_tls, std::nullopt);
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::warning);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("has no effect without proxy-ssl-secret"));
}

INSTANTIATE_TEST_SUITE_P(Table, UpstreamTlsAnnotation, testing::ValuesIn(kUpstreamTls));

TEST(Annotations, SecretForEndpointsMustBeNamedAndOfTheSameNamespace) {
    for (const auto* secret : {"backend", "other/backend", "shop/a/b", "/backend"}) {
        const auto parsed = parse({{"proxy-ssl-secret", secret}});
        EXPECT_EQ(parsed.settings.upstream_tls, std::nullopt) << secret;
        EXPECT_THAT(parsed.settings.policy.denied, HasSubstr("annotation proxy-ssl-secret")) << secret;
        ASSERT_EQ(parsed.diagnostics.size(), 1u) << secret;
        EXPECT_EQ(parsed.diagnostics[0].severity, Severity::error);
    }
}

TEST(Annotations, VerificationWithoutANameIsReported) {
    const auto parsed = parse({{"proxy-ssl-secret", "shop/backend"}, {"proxy-ssl-verify", "on"}});
    EXPECT_EQ(parsed.settings.upstream_tls->name, "upstream_balancer");
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("add proxy-ssl-name"));
}

TEST(Annotations, FastCgiWithoutAScriptIsServedWithANotice) {
    const auto parsed = parse({{"backend-protocol", "fcgi"}, {"fastcgi-index", "index.php"}});
    EXPECT_EQ(parsed.settings.policy.protocol, routing::UpstreamProtocol::fastcgi);
    EXPECT_EQ(parsed.settings.policy.denied, "");
    EXPECT_EQ(parsed.settings.policy.fastcgi->index, "index.php");
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::notice);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("SCRIPT_FILENAME"));
}

TEST(Annotations, FastCgiSettingsNeedFastCgi) {
    const auto parsed = parse({{"fastcgi-index", "index.php"}, {"fastcgi-params-configmap", "params"}});
    EXPECT_FALSE(parsed.settings.policy.fastcgi);
    EXPECT_EQ(parsed.settings.policy.denied, "");
    ASSERT_EQ(parsed.diagnostics.size(), 2u);
    for (const auto& diagnostic : parsed.diagnostics) EXPECT_EQ(diagnostic.reason, "AnnotationWithoutEffect");
}

TEST(Annotations, ParametersThatCannotBeHadCloseThePaths) {
    for (const auto& [name, reason] :
         {std::pair("none", "ConfigMapNotFound"), std::pair("other/params", "InvalidValue"),
          std::pair("shop/a/b", "InvalidValue")}) {
        const auto parsed = parse({{"backend-protocol", "FCGI"}, {"fastcgi-params-configmap", name}});
        EXPECT_THAT(parsed.settings.policy.denied, HasSubstr("annotation fastcgi-params-configmap")) << name;
        ASSERT_EQ(parsed.diagnostics.size(), 1u) << name;
        EXPECT_EQ(parsed.diagnostics[0].reason, reason) << name;
        EXPECT_EQ(parsed.diagnostics[0].severity, Severity::error) << name;
    }
}

/// Who may pass: a good value with what else it needs, and a bad one. What restricts access closes the paths then.
struct AccessCase {
    const char* name;
    const char* good;
    const char* bad;
    bool closes;
};

const AccessCase kAccess[] = {
    {"allowlist-source-range", "192.0.2.1,2001:db8::/32", "192.0.2.1,x", true},
    {"whitelist-source-range", "192.0.2.0/24", "192.0.2.0/33", true},
    {"denylist-source-range", "192.0.2.0/24", ",", true},
    {"satisfy", "any", "some", false},
    {"auth-url", "https://auth.example.com/a?b=$host", "auth.example.com", true},
    {"auth-method", "POST", "post", true},
    {"auth-signin", "https://$host/start", "ftp://x", false},
    {"auth-signin-redirect-param", "back", "a b", false},
    {"auth-response-headers", "X-User, X-Mail", "X User", true},
    {"auth-request-redirect", "https://shop.example.com/", "$host", true},
    {"auth-cache-key", "$remote_user$http_authorization", "$nonsense", false},
    {"auth-cache-duration", "200 202 5m, 401 10s, 1h", "200 x", true},
    {"auth-always-set-cookie", "true", "maybe", true},
    {"auth-keepalive", "4", "-1", false},
    {"auth-keepalive-requests", "10", "0", false},
    {"auth-keepalive-timeout", "10", "10s", false},
    {"auth-keepalive-share-vars", "true", "maybe", false},
    {"enable-global-auth", "false", "maybe", false},
    // What needs a Secret or a ConfigMap is tested with them: tests/e2e/annotations, tests/translation.
    {"auth-type", nullptr, "bearer", true},
    {"auth-secret", nullptr, nullptr, true},
    {"auth-secret-type", nullptr, nullptr, true},
    {"auth-realm", nullptr, nullptr, true},
    {"auth-proxy-set-headers", nullptr, "default/missing", true},
};

TEST(Annotations, AccessIsOpenedByNoMistake) {
    for (const auto& acting : kAccess) {
        const auto with = [&](const char* value) {
            std::map<std::string, std::string> annotations{{"auth-url", "http://auth.example.com/"}};
            annotations[acting.name] = value;
            return parse(annotations);
        };
        if (acting.good != nullptr) {
            const auto good = with(acting.good);
            EXPECT_THAT(good.diagnostics, IsEmpty()) << acting.name;
            EXPECT_EQ(good.settings.policy.denied, "") << acting.name;
        }
        if (acting.bad == nullptr) continue;
        const auto bad = with(acting.bad);
        ASSERT_EQ(bad.diagnostics.size(), 1u) << acting.name;
        EXPECT_EQ(bad.diagnostics[0].severity, acting.closes ? Severity::error : Severity::warning) << acting.name;
        EXPECT_EQ(bad.settings.policy.denied.empty(), !acting.closes) << acting.name;
    }
}

/// TLS of hosts. A bad value, with the Secret that the others need: what must be said, and whether the paths are closed.
struct HostTlsCase {
    const char* name;
    const char* bad;
    bool closes;
};

const HostTlsCase kHostTls[] = {
    {"auth-tls-secret", "clients", true},
    {"auth-tls-verify-client", "option", false},
    {"auth-tls-verify-depth", "x", false},
    {"auth-tls-error-page", "@named", true},
    {"auth-tls-pass-certificate-to-upstream", "perhaps", true},
    {"auth-tls-match-cn", "O=Example", true},
    {"ssl-passthrough", "perhaps", true},
    {"ssl-ciphers", "ROT13", true},
    {"ssl-prefer-server-ciphers", "perhaps", false},
};

TEST(Annotations, MistakesAboutTlsOfHostsAreToldAndOpenNothing) {
    for (const auto& acting : kHostTls) {
        const auto parsed = parse({{"auth-tls-secret", "shop/missing"}, {acting.name, acting.bad}});
        const auto said = std::ranges::count_if(parsed.diagnostics, [&](const Diagnostic& diagnostic) {
            return diagnostic.field == std::string("annotation ") + acting.name &&
                   diagnostic.severity == (acting.closes ? Severity::error : Severity::warning);
        });
        EXPECT_EQ(said, 1) << acting.name;
        // The missing Secret alone closes them, and the host.
        EXPECT_NE(parsed.settings.policy.denied, "") << acting.name;
        ASSERT_TRUE(parsed.settings.host_tls.client_certificates) << acting.name;
        EXPECT_NE(parsed.settings.host_tls.client_certificates->refused, "") << acting.name;
    }
    EXPECT_NE(parse({{"ssl-ciphers", "ROT13"}}).settings.policy.denied, "");
    EXPECT_NE(parse({{"ssl-passthrough", "perhaps"}}).settings.policy.denied, "");
    EXPECT_NE(parse({{"auth-tls-verify-client", "on"}}).settings.policy.denied, "");
    EXPECT_NE(parse({{"auth-tls-match-cn", "CN=x"}}).settings.policy.denied, "");
    EXPECT_EQ(parse({{"auth-tls-verify-client", "off"}}).settings.policy.denied, "");
    EXPECT_EQ(parse({{"ssl-prefer-server-ciphers", "0"}}).settings.host_tls.prefer_server_ciphers, false);
    EXPECT_TRUE(parse({{"ssl-passthrough", "true"}}).settings.host_tls.passthrough);
}

TEST(Annotations, EveryActingRowIsTested) {
    // Those that name objects: tests/translation/cases/message-policies and fastcgi.
    std::set<std::string_view> tested{"proxy-ssl-secret", "cors-allow-origin", "custom-headers",
                                      "default-backend",  "fastcgi-index",     "fastcgi-params-configmap"};
    // TracingOfAnIngress
    for (const auto* name :
         {"enable-opentelemetry", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span"})
        tested.insert(name);
    for (const auto& acting : kActing) tested.insert(acting.name);
    for (const auto& companion : kCompanions) tested.insert(companion.name);
    for (const auto& acting : kUpstreamTls) tested.insert(acting.name);
    for (const auto& acting : kHostTls) tested.insert(acting.name);
    for (const auto& acting : kAccess) tested.insert(acting.name);
    for (const auto& row : annotation_table()) {
        const bool elsewhere =
            row.group == "Canary" || row.group == "Load balancing and session affinity" ||
            (row.group == "Rate limits" && !row.name.starts_with("limit-rate")) || row.group == "Rewrite and paths" ||
            row.name == "app-root" || row.name == "from-to-www-redirect" || row.name == "server-alias" ||
            row.name.find("modsecurity") != std::string_view::npos || row.name == "enable-owasp-core-rules";
        EXPECT_TRUE(elsewhere || row.status != Status::acts || tested.contains(row.name)) << row.name;
    }
}

TEST(Annotations, DefaultsComeFromTheConfigMap) {
    PolicyDefaults defaults;
    defaults.policy.timeouts.read = 99s;
    EXPECT_EQ(parse({}, defaults).settings.policy.timeouts.read, 99s);
    const auto bad = parse({{"proxy-read-timeout", "x"}}, defaults);
    EXPECT_EQ(bad.settings.policy.timeouts.read, 99s);
    EXPECT_THAT(bad.diagnostics.at(0).message, HasSubstr("Keeping 99"));
}

TEST(Annotations, EveryOtherRowIsNeverSilent) {
    for (const auto& row : annotation_table()) {
        if (row.status == Status::acts || row.name.ends_with('*')) continue;
        const auto parsed = parse({{std::string(row.name), "something"}});
        EXPECT_THAT(parsed.diagnostics, testing::Not(IsEmpty())) << row.name;
        EXPECT_EQ(parsed.settings.policy.denied.empty(), !row.guards_access) << row.name;
    }
}

TEST(Annotations, EveryGuardClosesThePathsWithAnError) {
    for (const auto& row : annotation_table()) {
        if (!row.guards_access || row.status == Status::acts) continue;
        const auto parsed = parse({{std::string(row.name), "true"}});
        EXPECT_THAT(parsed.settings.policy.denied, HasSubstr(std::string(row.name)));
        ASSERT_EQ(parsed.diagnostics.size(), 1u) << row.name;
        EXPECT_EQ(parsed.diagnostics[0].severity, Severity::error) << row.name;
    }
}

TEST(Annotations, GuardsThatRestrictNothingStayOpen) {
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"ssl-passthrough", "false"}, {"enable-modsecurity", "0"}, {"satisfy", "all"}}) {
        const auto parsed = parse({{name, value}});
        EXPECT_EQ(parsed.settings.policy.denied, "") << name;
        EXPECT_THAT(parsed.diagnostics, IsEmpty()) << name;
    }
}

TEST(Annotations, SwitchesAtTheirDefaultAskForNothing) {
    EXPECT_THAT(parse({{"enable-cors", "false"}, {"backend-protocol", "http"}, {"use-regex", "0"}, {"canary", "false"}})
                    .diagnostics,
                IsEmpty());
}

TEST(Annotations, OtherPrefixesAreNotOurs) {
    k8s::Ingress ingress;
    ingress.meta.annotations = {
        {"cert-manager.io/issuer", "x"}, {"nginx.ingress.kubernetes.iox/ssl-redirect", "x"}, {"kubectl", "y"}};
    std::vector<Diagnostic> diagnostics;
    const ObjectStore store;
    References references(store, "shop", false);
    parse_annotations(ingress, kPrefix, {}, references, diagnostics);
    EXPECT_THAT(diagnostics, IsEmpty());
}

TEST(Annotations, LargeBufferNamesTheConfigMapKey) {
    const auto parsed = parse({{"proxy-buffer-size", "128k"}});
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::notice);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("raise the ConfigMap key"));
}

}  // namespace
}  // namespace fairway::ingress::test
