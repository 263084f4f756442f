#include "ingress/configmap/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ingress/configmap/descriptors.hpp"
#include "routing/policy/access_list.hpp"
#include "routing/policy/block_rules.hpp"
#include "routing/policy/body_buffering.hpp"
#include "routing/policy/compression.hpp"
#include "routing/policy/tracing.hpp"

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

struct Parsed {
    ConfigMapSettings settings;
    std::vector<Diagnostic> diagnostics;
};

Parsed parse(std::map<std::string, std::string> data) {
    k8s::ConfigMap map;
    map.meta.name = {"fairway", "settings"};
    map.data = std::move(data);
    const ObjectStore store;
    References references(store, "fairway", true);
    Parsed parsed;
    parsed.settings = parse_configmap(map, references, parsed.diagnostics);
    return parsed;
}

TEST(ConfigMapTable, NamesAreUniqueAndEveryRowIsDocumented) {
    std::set<std::string_view> names;
    for (const auto& row : config_key_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_FALSE(row.values.empty()) << row.name;
        EXPECT_FALSE(row.doc.empty()) << row.name;
    }
}

TEST(ConfigMapTable, OldTracersAreFamilies) {
    ASSERT_NE(find_config_key("jaeger-collector-host"), nullptr);
    EXPECT_EQ(find_config_key("jaeger-collector-host")->name, "jaeger-*");
}

/// Every key that acts: a good value with what it must have changed, and a bad value, which changes nothing. No bad
/// value: any text is taken, or another folder judges it.
struct KeyCase {
    const char* key;
    const char* good;
    bool (*acted)(const ConfigMapSettings&);
    const char* bad;
};

const KeyCase kKeys[] = {
    {"whitelist-source-range", "192.0.2.1",
     [](const auto& s) { return s.defaults.policy.access_list && s.defaults.policy.access_list->allow; }, nullptr},
    {"denylist-source-range", "192.0.2.1",
     [](const auto& s) { return s.defaults.policy.access_list && !s.defaults.policy.access_list->deny.empty(); },
     nullptr},
    {"block-cidrs", "192.0.2.0/24",
     [](const auto& s) { return s.data_plane.block_rules && !s.data_plane.block_rules->addresses.empty(); }, nullptr},
    {"block-user-agents", "bot, ~x",
     [](const auto& s) { return s.data_plane.block_rules && s.data_plane.block_rules->user_agents.contain("BOT"); },
     "~("},
    {"block-referers", "~*^http://x",
     [](const auto& s) { return s.data_plane.block_rules && s.data_plane.block_rules->referers.contain("HTTP://x"); },
     "~("},
    {"global-auth-url", "http://a/b",
     [](const auto& s) { return s.defaults.global_auth && s.defaults.global_auth->url.host == "a"; }, nullptr},
    {"no-auth-locations", "/a, /b", [](const auto& s) { return s.no_auth_locations.size() == 2; }, nullptr},
    {"proxy-stream-timeout", "90", [](const auto& s) { return s.streams.idle_timeout == 90s; }, "0"},
    {"proxy-stream-next-upstream", "false", [](const auto& s) { return !s.streams.next_endpoint; }, "off"},
    {"proxy-stream-next-upstream-timeout", "0", [](const auto& s) { return s.streams.next_timeout == 0s; }, "soon"},
    {"proxy-stream-next-upstream-tries", "0", [](const auto& s) { return s.streams.tries == 0; }, "-1"},
    {"proxy-stream-responses", "3", [](const auto& s) { return s.streams.udp_responses == 3; }, "many"},
    {"keep-alive", "0", [](const auto& s) { return s.data_plane.downstream.keep_alive == 0s; }, "long"},
    {"use-http2", "false",
     [](const auto& s) {
         return !s.data_plane.http2.enabled && s.tls.alpn_protocols == std::vector<std::string>{"http/1.1"};
     },
     "maybe"},
    {"http2-max-concurrent-streams", "7", [](const auto& s) { return s.data_plane.http2.max_concurrent_streams == 7; },
     "0"},
    {"keep-alive-requests", "5", [](const auto& s) { return s.data_plane.downstream.keep_alive_requests == 5; }, "0"},
    {"client-header-timeout", "2m", [](const auto& s) { return s.data_plane.downstream.header_timeout == 120s; }, "0"},
    {"client-body-timeout", "7", [](const auto& s) { return s.data_plane.downstream.body_timeout == 7s; }, "x"},
    {"large-client-header-buffers", "2 16k",
     [](const auto& s) {
         return s.data_plane.downstream.max_header_line_bytes == 16384 &&
                s.data_plane.downstream.max_header_bytes == 32768;
     },
     "16k"},
    {"enable-underscores-in-headers", "true",
     [](const auto& s) { return s.data_plane.downstream.underscores_in_headers; }, "x"},
    {"ignore-invalid-headers", "false", [](const auto& s) { return !s.data_plane.downstream.ignore_invalid_headers; },
     "x"},
    {"bind-address", "127.0.0.1, [::1]", [](const auto& s) { return s.bind_addresses.size() == 2; }, "everywhere"},
    {"disable-ipv6", "true", [](const auto& s) { return s.bind_addresses.size() == 1 && !s.bind_addresses[0].v6; },
     "x"},
    {"worker-shutdown-timeout", "10s", [](const auto& s) { return s.data_plane.worker_shutdown_timeout == 10s; }, "x"},
    {"use-forwarded-headers", "true", [](const auto& s) { return s.data_plane.forwarded.use_forwarded_headers; }, "x"},
    {"enable-real-ip", "true", [](const auto& s) { return s.data_plane.forwarded.enable_real_ip; }, "x"},
    {"forwarded-for-header", "CF-Connecting-IP",
     [](const auto& s) { return s.data_plane.forwarded.forwarded_for_header == "CF-Connecting-IP"; }, "not a name"},
    {"forwarded-host-header", "X-Host",
     [](const auto& s) { return s.data_plane.forwarded.forwarded_host_header == "X-Host"; }, "a:b"},
    {"compute-full-forwarded-for", "true",
     [](const auto& s) { return s.data_plane.forwarded.compute_full_forwarded_for; }, "x"},
    {"proxy-real-ip-cidr", "10.0.0.0/8,::1",
     [](const auto& s) { return s.data_plane.forwarded.trusted_proxies.size() == 2; }, "10.0.0.0/99"},
    {"proxy-add-original-uri-header", "true", [](const auto& s) { return s.data_plane.forwarded.add_original_uri; },
     "x"},
    {"generate-request-id", "false", [](const auto& s) { return !s.data_plane.forwarded.generate_request_id; }, "x"},
    {"ssl-redirect", "false", [](const auto& s) { return !s.defaults.policy.tls_redirect.enabled; }, "x"},
    {"force-ssl-redirect", "true", [](const auto& s) { return s.defaults.policy.tls_redirect.force; }, "x"},
    {"preserve-trailing-slash", "true",
     [](const auto& s) { return s.defaults.policy.tls_redirect.preserve_trailing_slash; }, "x"},
    {"use-port-in-redirects", "true", [](const auto& s) { return s.defaults.policy.tls_redirect.use_port; }, "x"},
    {"relative-redirects", "true", [](const auto& s) { return s.defaults.policy.relative_redirects; }, "x"},
    {"http-redirect-code", "301", [](const auto& s) { return s.data_plane.http_redirect_code == 301; }, "303"},
    {"no-tls-redirect-locations", "/a, /b",
     [](const auto& s) { return s.no_tls_redirect_locations == std::vector<std::string>{"/a", "/b"}; }, nullptr},
    {"proxy-connect-timeout", "9", [](const auto& s) { return s.defaults.policy.timeouts.connect == 9s; }, "9s"},
    {"proxy-send-timeout", "9", [](const auto& s) { return s.defaults.policy.timeouts.send == 9s; }, "x"},
    {"proxy-read-timeout", "9", [](const auto& s) { return s.defaults.policy.timeouts.read == 9s; }, "x"},
    {"proxy-next-upstream", "http_503",
     [](const auto& s) { return s.defaults.policy.retry.conditions == routing::retry_http_503; }, "x"},
    {"proxy-next-upstream-tries", "9", [](const auto& s) { return s.defaults.policy.retry.tries == 9; }, "x"},
    {"proxy-next-upstream-timeout", "9", [](const auto& s) { return s.defaults.policy.retry.timeout == 9s; }, "x"},
    {"retry-non-idempotent", "true",
     [](const auto& s) { return (s.defaults.policy.retry.conditions & routing::retry_non_idempotent) != 0; }, "x"},
    {"proxy-body-size", "0", [](const auto& s) { return s.defaults.policy.body_limit.max_bytes == 0; }, "x"},
    {"grpc-buffer-size-kb", "128", [](const auto& s) { return s.data_plane.proxy_buffer_bytes == 128 * 1024; }, "x"},
    {"proxy-buffer-size", "128k", [](const auto& s) { return s.data_plane.proxy_buffer_bytes == 128 * 1024; }, "x"},
    {"load-balance", "ewma", [](const auto& s) { return s.defaults.load_balance == routing::LoadBalance::ewma; }, "x"},
    {"upstream-keepalive-connections", "0",
     [](const auto& s) { return s.data_plane.upstream_keepalive.connections == 0; }, "-1"},
    {"upstream-keepalive-time", "2h", [](const auto& s) { return s.data_plane.upstream_keepalive.max_age == 2h; }, "x"},
    {"upstream-keepalive-timeout", "9",
     [](const auto& s) { return s.data_plane.upstream_keepalive.idle_timeout == 9s; }, "x"},
    {"upstream-keepalive-requests", "9", [](const auto& s) { return s.data_plane.upstream_keepalive.requests == 9; },
     "0"},
    {"hide-headers", "X-A, X-B",
     [](const auto& s) { return s.data_plane.hide_headers == std::vector<std::string>{"X-A", "X-B"}; }, "X A"},
    {"server-tokens", "true", [](const auto& s) { return s.data_plane.server_tokens; }, "x"},
    {"hsts", "false", [](const auto& s) { return s.data_plane.hsts.value.empty(); }, "x"},
    {"hsts-include-subdomains", "false", [](const auto& s) { return s.data_plane.hsts.value == "max-age=31536000"; },
     "x"},
    {"hsts-max-age", "10", [](const auto& s) { return s.data_plane.hsts.value == "max-age=10; includeSubDomains"; },
     "x"},
    {"hsts-preload", "true",
     [](const auto& s) { return s.data_plane.hsts.value == "max-age=31536000; includeSubDomains; preload"; }, "x"},
    {"ssl-protocols", "TLSv1.3", [](const auto& s) { return s.tls.protocols == "TLSv1.3"; }, nullptr},
    {"ssl-ciphers", "ECDHE-RSA-AES128-GCM-SHA256",
     [](const auto& s) { return s.tls.ciphers == "ECDHE-RSA-AES128-GCM-SHA256"; }, nullptr},
    {"ssl-ecdh-curve", "X25519", [](const auto& s) { return s.tls.curves == "X25519"; }, nullptr},
    {"ssl-session-cache", "false", [](const auto& s) { return !s.tls.session_cache; }, "x"},
    {"ssl-session-cache-size", "20m", [](const auto& s) { return s.tls.session_cache_entries > 70'000; }, "0"},
    {"ssl-session-timeout", "1h", [](const auto& s) { return s.tls.session_timeout_seconds == 3600; }, "x"},
    {"ssl-session-tickets", "true", [](const auto& s) { return s.tls.session_tickets; }, "x"},
    {"ssl-session-ticket-key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3",
     [](const auto& s) { return s.tls.session_ticket_key == "012345678901234567890123456789012345678901234567"; },
     "c2hvcnQ="},
    {"ssl-reject-handshake", "true", [](const auto& s) { return s.tls.reject_unknown_names; }, "x"},
    {"access-log-path", "/tmp/log", [](const auto& s) { return s.data_plane.access_log.path == "/tmp/log"; },
     "relative"},
    {"http-access-log-path", "/tmp/log", [](const auto& s) { return s.data_plane.access_log.path == "/tmp/log"; },
     "relative"},
    {"disable-access-log", "true", [](const auto& s) { return !s.data_plane.access_log.enabled; }, "x"},
    {"disable-http-access-log", "true", [](const auto& s) { return !s.data_plane.access_log.enabled; }, "x"},
    {"enable-access-log-for-default-backend", "true",
     [](const auto& s) { return s.data_plane.access_log.default_backend; }, "x"},
    {"enable-auth-access-log", "true", [](const auto& s) { return s.data_plane.access_log.auth_requests; }, "x"},
    {"skip-access-log-urls", "/healthz,/ping",
     [](const auto& s) {
         return s.data_plane.access_log.skip_urls && s.data_plane.access_log.skip_urls->values.size() == 2;
     },
     "~("},
    {"log-format-upstream", "$status", [](const auto& s) { return s.data_plane.access_log.format == "$status"; },
     nullptr},
    {"log-format-escape-json", "true",
     [](const auto& s) { return s.data_plane.access_log.escape == routing::LogEscape::json; }, "x"},
    {"log-format-escape-none", "true",
     [](const auto& s) { return s.data_plane.access_log.escape == routing::LogEscape::none; }, "x"},
    {"use-proxy-protocol", "true", [](const auto& s) { return s.data_plane.forwarded.proxy_protocol; }, "x"},
    {"proxy-protocol-header-timeout", "9s",
     [](const auto& s) { return s.data_plane.forwarded.proxy_header_timeout == std::chrono::seconds(9); }, "0"},
    {"use-geoip2", "true", [](const auto& s) { return s.geoip2; }, "x"},
    {"geoip2-autoreload-in-minutes", "5", [](const auto& s) { return s.geoip2_reload == 5min; }, "-1"},
    {"disable-ipv6-dns", "true", [](const auto& s) { return s.disable_ipv6_dns; }, "x"},
    {"ssl-dh-param", "shop/dh", [](const auto& s) { return s.dh_parameters.has_value(); }, "dh"},
    {"enable-ocsp", "true", [](const auto& s) { return s.ocsp; }, "x"},
    {"log-format-stream", "$status", [](const auto& s) { return s.data_plane.access_log.stream_format == "$status"; },
     nullptr},
    {"stream-access-log-path", "/tmp/log",
     [](const auto& s) { return s.data_plane.access_log.stream_path == "/tmp/log"; }, "relative"},
    {"disable-stream-access-log", "true", [](const auto& s) { return !s.data_plane.access_log.streams_enabled; }, "x"},
    {"allow-cross-namespace-resources", "true", [](const auto& s) { return s.defaults.cross_namespace; }, "x"},
    {"proxy-ssl-location-only", "true", [](const auto& s) { return s.upstream_tls_per_location; }, "x"},
    {"client-body-buffer-size", "16k",
     [](const auto& s) { return s.defaults.policy.body_buffering->request_memory == 16 << 10; }, "x"},
    {"proxy-request-buffering", "off", [](const auto& s) { return !s.defaults.policy.body_buffering->request; }, "x"},
    {"proxy-buffering", "on", [](const auto& s) { return s.defaults.policy.body_buffering->response; }, "x"},
    {"proxy-buffers-number", "8",
     [](const auto& s) { return s.defaults.policy.body_buffering->response_memory == 32 << 10; }, "0"},
    {"proxy-max-temp-file-size", "0",
     [](const auto& s) { return s.defaults.policy.body_buffering->response_file == 0; }, "x"},
    {"proxy-http-version", "1.0", [](const auto& s) { return bool(s.defaults.policy.upstream_http); }, "1.2"},
    {"proxy-cookie-path", "/a /b", [](const auto& s) { return bool(s.defaults.policy.response_rewrite); }, "/a"},
    {"proxy-cookie-domain", "a b", [](const auto& s) { return bool(s.defaults.policy.response_rewrite); }, "a"},
    {"proxy-redirect-from", "default", [](const auto& s) { return bool(s.defaults.policy.response_rewrite); }, nullptr},
    {"proxy-redirect-to", "/b", [](const auto& s) { return s.defaults.rewrite_texts.redirect_to == "/b"; }, nullptr},
    {"limit-rate", "1", [](const auto& s) { return bool(s.defaults.policy.response_rate); }, "x"},
    {"limit-rate-after", "1", [](const auto& s) { return bool(s.defaults.policy.response_rate); }, "x"},
    {"custom-http-errors", "302", [](const auto& s) { return bool(s.defaults.policy.error_pages); }, nullptr},
    {"disable-proxy-intercept-errors", "true", [](const auto& s) { return bool(s.defaults.policy.error_pages); }, "x"},
    {"global-allowed-response-headers", "X-A",
     [](const auto& s) { return s.defaults.allowed_response_headers.size() == 1; }, "a b"},
    {"use-gzip", "true", [](const auto& s) { return bool(s.data_plane.compression); }, "x"},
    {"enable-brotli", "true", [](const auto& s) { return bool(s.data_plane.compression); }, "x"},
    {"enable-zstd", "true",
     [](const auto& s) { return s.data_plane.compression && s.data_plane.compression->zstd.enabled; }, "x"},
    {"service-upstream", "true", [](const auto& s) { return s.defaults.service_upstream; }, "x"},
    {"limit-conn-zone-variable", "$http_x_tenant",
     [](const auto& s) { return s.defaults.rate_limits.key.pieces[0].name.argument == "x_tenant"; }, "$nonsense"},
    {"limit-req-status-code", "429", [](const auto& s) { return s.defaults.rate_limits.request_status == 429; }, "200"},
    {"limit-conn-status-code", "429", [](const auto& s) { return s.defaults.rate_limits.connection_status == 429; },
     "x"},
    {"opentelemetry-trust-incoming-span", "false",
     [](const auto& s) { return !s.defaults.tracing.tracing.trust_incoming; }, "x"},
    {"opentelemetry-operation-name", "HTTP $uri",
     [](const auto& s) { return s.defaults.tracing.tracing.operation_name.pieces.size() == 1; }, "$nonsense"},
    {"otlp-collector-host", "fd00::1",
     [](const auto& s) { return s.trace_collector && s.data_plane.tracing->authority == "[fd00::1]:4317"; }, "a:4317"},
    {"otlp-collector-host", "LocalHost", [](const auto& s) { return s.trace_collector.has_value(); }, "http://a"},
    {"otel-service-name", "edge", [](const auto& s) { return s.data_plane.tracing->service_name == "edge"; }, "a b"},
    {"otel-sampler", "AlwaysOff",
     [](const auto& s) { return s.data_plane.tracing->sampler == routing::Sampler::always_off; }, "Sometimes"},
    {"otel-sampler-ratio", "1", [](const auto& s) { return s.data_plane.tracing->ratio == 1; }, "1.01"},
    {"otel-sampler-ratio", "0.5", [](const auto& s) { return s.data_plane.tracing->ratio == 0.5; }, "nan"},
    {"otel-sampler-parent-based", "false", [](const auto& s) { return !s.data_plane.tracing->parent_based; }, "x"},
    {"otel-max-queuesize", "65536", [](const auto& s) { return s.data_plane.tracing->max_queue == 65'536; }, "65537"},
    {"otel-max-export-batch-size", "1024", [](const auto& s) { return s.data_plane.tracing->max_batch == 1024; }, "0"},
    {"otel-schedule-delay-millis", "1", [](const auto& s) { return s.data_plane.tracing->schedule_delay == 1ms; }, "0"},
    {"strict-validate-path-type", "false", [](const auto& s) { return !s.strict_path_types; }, "x"},
};

class ActingKey : public testing::TestWithParam<KeyCase> {};

TEST_P(ActingKey, GoodValueActsAndOnlyThen) {
    const auto& key = GetParam();
    EXPECT_FALSE(key.acted(default_configmap_settings()));
    const auto parsed = parse({{key.key, key.good}});
    EXPECT_TRUE(key.acted(parsed.settings));
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

TEST_P(ActingKey, BadValueKeepsTheDefaultAndIsReported) {
    const auto& key = GetParam();
    if (key.bad == nullptr) return;
    const auto parsed = parse({{key.key, key.bad}});
    EXPECT_FALSE(key.acted(parsed.settings));
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].field, std::string("data.") + key.key);
    EXPECT_GE(parsed.diagnostics[0].severity, Severity::warning);
}

INSTANTIATE_TEST_SUITE_P(Table, ActingKey, testing::ValuesIn(kKeys));

/// Options of global-auth-url: a bad one is left out.
const KeyCase kGlobalAuth[] = {
    {"global-auth-method", "POST", [](const auto& s) { return s.defaults.global_auth->policy.method == "POST"; }, "x"},
    {"global-auth-signin", "https://a/",
     [](const auto& s) { return s.defaults.global_auth->policy.signin.has_value(); }, "x"},
    {"global-auth-signin-redirect-param", "back", [](const auto&) { return true; }, "a b"},
    {"global-auth-response-headers", "X-A",
     [](const auto& s) { return s.defaults.global_auth->policy.response_headers.size() == 1; }, "a b"},
    {"global-auth-request-redirect", "/a",
     [](const auto& s) { return s.defaults.global_auth->policy.request_redirect == "/a"; }, "$a"},
    {"global-auth-cache-key", "$host",
     [](const auto& s) { return s.defaults.global_auth->policy.cache_key.has_value(); }, "$x"},
    {"global-auth-cache-duration", "5m",
     [](const auto& s) { return s.defaults.global_auth->policy.lifetimes[0].statuses.size() == 3; }, "x"},
    {"global-auth-always-set-cookie", "true",
     [](const auto& s) { return s.defaults.global_auth->policy.always_set_cookie; }, "x"},
};

TEST(ConfigMap, OptionsOfGlobalAuthentication) {
    for (const auto& key : kGlobalAuth) {
        const auto good = parse({{"global-auth-url", "http://a/"}, {key.key, key.good}});
        ASSERT_TRUE(good.settings.defaults.global_auth) << key.key;
        EXPECT_TRUE(key.acted(good.settings)) << key.key;
        EXPECT_TRUE(good.diagnostics.empty()) << key.key;
        const auto bad = parse({{"global-auth-url", "http://a/"}, {key.key, key.bad}});
        EXPECT_EQ(bad.diagnostics.size(), 1u) << key.key;
        EXPECT_EQ(bad.settings.defaults.policy.denied, "") << key.key;
    }
}

TEST(ConfigMap, EveryActingKeyIsTested) {
    // Below; and those that name a ConfigMap: tests/e2e/annotations/test_fields.py.
    std::set<std::string_view> tested{"gzip-level",        "gzip-min-length",   "gzip-types",      "gzip-disable",
                                      "brotli-level",      "brotli-min-length", "brotli-types",    "add-headers",
                                      "proxy-set-headers", "zstd-level",        "zstd-min-length", "zstd-types"};
    for (const auto& key : kKeys) tested.insert(key.key);
    for (const auto& key : kGlobalAuth) tested.insert(key.key);
    // modsecurity_test.cpp
    for (const auto* key : {"enable-modsecurity", "enable-owasp-modsecurity-crs", "modsecurity-snippet"})
        tested.insert(key);
    // acceptance_test.cpp
    for (const auto* key : {"annotations-risk-level", "annotation-value-word-blocklist"}) tested.insert(key);
    for (const auto* key : {"enable-opentelemetry", "otlp-collector-port"}) tested.insert(key);  // as well
    for (const auto* key : {"enable-syslog", "syslog-host", "syslog-port"}) tested.insert(key);  // act together alone
    for (const auto& row : config_key_table())
        EXPECT_TRUE(row.status != Status::acts || tested.contains(row.name)) << row.name;
}

TEST(ConfigMap, ItemsOfListsCountEachOnItsOwn) {
    const auto parsed = parse({{"proxy-real-ip-cidr", "10.0.0.0/8, 192.168.0.0.0/16"},
                               {"hide-headers", "X-Powered-By, bad name"},
                               {"global-allowed-response-headers", "bad name, X-Up"}});
    EXPECT_EQ(parsed.diagnostics.size(), 3u);
    EXPECT_EQ(parsed.settings.data_plane.forwarded.trusted_proxies, *parse_networks("10.0.0.0/8"));
    EXPECT_EQ(parsed.settings.data_plane.hide_headers, std::vector<std::string>{"X-Powered-By"});
    EXPECT_EQ(parsed.settings.defaults.allowed_response_headers, std::vector<std::string>{"X-Up"});
}

TEST(ConfigMap, ASlipBelievesNobody) {
    const auto parsed = parse({{"proxy-real-ip-cidr", "10.0.0.0/8 192.168.0.0/16"}});
    EXPECT_TRUE(parsed.settings.data_plane.forwarded.trusted_proxies.empty());
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("It is left out"));
}

TEST(ConfigMap, TracingOfEveryIngress) {
    const auto parsed = parse({{"enable-opentelemetry", "true"},
                               {"opentelemetry-trust-incoming-span", "false"},
                               {"otlp-collector-host", "otel.monitoring.svc"},
                               {"otlp-collector-port", "14317"}});
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
    EXPECT_FALSE(parsed.settings.defaults.policy.tracing->trust_incoming);
    EXPECT_EQ(parsed.settings.trace_collector->port, 14317);
    EXPECT_EQ(parsed.settings.data_plane.tracing->authority, "otel.monitoring.svc:14317");
    EXPECT_EQ(parse({{"otlp-collector-port", "0"}}).diagnostics.size(), 1u);
    const auto alone = parse({{"enable-opentelemetry", "true"}});
    ASSERT_EQ(alone.diagnostics.size(), 1u);
    EXPECT_EQ(alone.diagnostics[0].reason, "NoTraceCollector");
}

TEST(ConfigMap, CompressionHasLevelsLengthsAndTypes) {
    const auto parsed = parse({{"use-gzip", "true"},
                               {"gzip-level", "9"},
                               {"gzip-min-length", "1000"},
                               {"gzip-types", "Text/Plain a/b"},
                               {"gzip-disable", "msie6"},
                               {"brotli-level", "11"},
                               {"brotli-min-length", "30"},
                               {"brotli-types", "*"},
                               {"zstd-level", "9"},
                               {"zstd-min-length", "40"},
                               {"zstd-types", "c/d"}});
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
    const auto& gzip = parsed.settings.data_plane.compression->gzip;
    EXPECT_EQ(gzip.level, 9);
    EXPECT_EQ(gzip.min_length, 1000u);
    EXPECT_EQ(gzip.types, (std::vector<std::string>{"a/b", "text/plain"}));
    EXPECT_TRUE(parsed.settings.data_plane.compression->gzip_disable->matches("Mozilla/4.0 (compatible; MSIE 6.0)"));
    const auto& brotli = parsed.settings.data_plane.compression->brotli;
    EXPECT_EQ(brotli.level, 11);
    EXPECT_EQ(brotli.min_length, 30u);
    EXPECT_EQ(brotli.types, std::vector<std::string>{"*"});
    EXPECT_FALSE(brotli.enabled);
    const auto& zstd = parsed.settings.data_plane.compression->zstd;
    EXPECT_EQ(zstd.level, 9);
    EXPECT_EQ(zstd.min_length, 40u);
    EXPECT_EQ(zstd.types, std::vector<std::string>{"c/d"});
    EXPECT_EQ(parse({{"zstd-level", "10"}}).diagnostics.size(), 1u) << "an encoder of tens of MiB";
    for (const auto* key :
         {"gzip-level", "gzip-min-length", "gzip-types", "brotli-level", "brotli-types", "zstd-types"})
        EXPECT_EQ(parse({{key, "none"}}).diagnostics.size(), 1u) << key;
}

TEST(ConfigMap, EveryOtherKeyIsNeverSilent) {
    for (const auto& row : config_key_table()) {
        if (row.status == Status::acts || row.name.ends_with('*')) continue;
        const auto parsed = parse({{std::string(row.name), "something"}});
        EXPECT_FALSE(parsed.diagnostics.empty()) << row.name;
        EXPECT_EQ(parsed.settings.defaults.policy.denied.empty(), !row.guards_access) << row.name;
    }
}

/// What keeps clients out everywhere closes everything when it cannot be used.
TEST(ConfigMap, BadGuardsCloseEverything) {
    for (const auto& [key, value] : std::map<std::string, std::string>{{"whitelist-source-range", "192.0.2.0/24, x"},
                                                                       {"denylist-source-range", "192.0.2.0/33"},
                                                                       {"block-cidrs", "x"},
                                                                       {"global-auth-url", "auth.example.com"}}) {
        const auto parsed = parse({{key, value}});
        EXPECT_THAT(parsed.settings.defaults.policy.denied, testing::HasSubstr(key));
        ASSERT_EQ(parsed.diagnostics.size(), 1u) << key;
        EXPECT_EQ(parsed.diagnostics[0].severity, Severity::error) << key;
    }
}

TEST(ConfigMap, SwitchesThatAreOffCloseNothing) {
    EXPECT_EQ(parse({{"enable-modsecurity", "false"}}).settings.defaults.policy.denied, "");
}

TEST(ConfigMap, SmallResponseHeadsAreNeverEnforced) {
    EXPECT_EQ(parse({{"proxy-buffer-size", "4k"}}).settings.data_plane.proxy_buffer_bytes, 64u * 1024);
}

TEST(ConfigMap, NginxLogFileMeansStandardOutput) {
    EXPECT_EQ(parse({{"access-log-path", "/var/log/nginx/access.log"}}).settings.data_plane.access_log.path,
              "/dev/stdout");
}

TEST(ConfigMap, SyslogTakesThePlaceOfFiles) {
    const auto log = parse({{"enable-syslog", "true"},
                            {"syslog-host", "2001:db8::1"},
                            {"access-log-path", "/tmp/log"},
                            {"stream-access-log-path", "/tmp/streams"}})
                         .settings.data_plane.access_log;
    EXPECT_EQ(log.path, "syslog:server=[2001:db8::1]:514");
    EXPECT_EQ(log.stream_path, "");
    const auto without = parse({{"enable-syslog", "true"}, {"syslog-port", "0"}});
    EXPECT_EQ(without.settings.data_plane.access_log.path, "/dev/stdout");
    EXPECT_EQ(without.diagnostics.size(), 2u);
}

TEST(ConfigMap, EscapeNoneGoesBeforeJson) {
    const auto parsed = parse({{"log-format-escape-json", "true"}, {"log-format-escape-none", "true"}});
    EXPECT_EQ(parsed.settings.data_plane.access_log.escape, routing::LogEscape::none);
}

TEST(ConfigMap, TicketKeyIsNeverRepeatedInMessages) {
    const auto parsed = parse({{"ssl-session-ticket-key", "secretsecret"}});
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_THAT(parsed.diagnostics[0].message, testing::Not(HasSubstr("secretsecret")));
}

TEST(ConfigMap, MisspeltKeyGetsASuggestion) {
    const auto parsed = parse({{"proxy-body-sise", "8m"}});
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("did you mean \"proxy-body-size\"?"));
}

}  // namespace
}  // namespace fairway::ingress::test
