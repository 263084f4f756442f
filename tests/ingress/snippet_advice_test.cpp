#include "ingress/annotations/snippet_advice.hpp"

#include <gtest/gtest.h>

namespace fairway::ingress::test {
namespace {

struct Case {
    const char* name;
    const char* snippet;
    const char* advice;
};

const Case kCases[] = {
    {"TimeOutsLoseTheirUnit", "proxy_read_timeout 5m;\nproxy_send_timeout 300s;",
     R"( Write in its place p/proxy-read-timeout: "300"; p/proxy-send-timeout: "300".)"},
    {"SizesStay", "client_max_body_size 20m;", R"( Write in its place p/proxy-body-size: "20m".)"},
    {"AllowListWithoutItsDenyAll", "allow 10.0.0.0/8; allow 192.0.2.1; deny all;",
     R"( Write in its place p/allowlist-source-range: "10.0.0.0/8,192.0.2.1".)"},
    {"DenyList", "deny 192.0.2.0/24;", R"( Write in its place p/denylist-source-range: "192.0.2.0/24".)"},
    {"DenyAll", "deny all;", R"( Write in its place p/denylist-source-range: "0.0.0.0/0,::/0".)"},
    {"Return403", "return 403;", R"( Write in its place p/denylist-source-range: "0.0.0.0/0,::/0".)"},
    {"Redirects", "return 301 https://a.example$request_uri;",
     R"( Write in its place p/permanent-redirect: "https://a.example$request_uri".)"},
    {"HostOfTheEndpoint", "proxy_set_header Host pods.internal;",
     R"( Write in its place p/upstream-vhost: "pods.internal".)"},
    {"ResponseFields", "more_set_headers \"X-Frame-Options: DENY\";\nadd_header X-A 'b c' always;",
     R"( Write in its place p/custom-headers: "NAMESPACE/NAME of a ConfigMap with the data X-Frame-Options: \"DENY\", X-A: \"b c\"".)"
     R"( In the controller's ConfigMap, for all Ingresses: global-allowed-response-headers: "X-Frame-Options,X-A".)"},
    {"RequestFields", "proxy_set_header X-A \"$host\";",
     R"( In the controller's ConfigMap, for all Ingresses: proxy-set-headers: "NAMESPACE/NAME of a ConfigMap with the data X-A: \"$host\"".)"},
    {"FastCgi", "fastcgi_pass php; fastcgi_param SCRIPT_FILENAME /app$fastcgi_script_name; fastcgi_read_timeout 5m;",
     R"( Write in its place p/backend-protocol: "FCGI"; p/proxy-read-timeout: "300"; p/fastcgi-params-configmap: "NAME of a ConfigMap with the data SCRIPT_FILENAME: \"/app$fastcgi_script_name\"".)"},
    {"Rewrite", "rewrite ^/old/(.*)$ /$1 break;",
     R"x( Write in its place p/rewrite-target: "/$1"; p/use-regex: "true"; path "^/old/(.*)$" with pathType ImplementationSpecific.)x"},
    {"UserAgents", "if ($http_user_agent ~* (curl|wget)) { return 403; }",
     R"x( In the controller's ConfigMap, for all Ingresses: block-user-agents: "~*(curl|wget)".)x"},
    {"ToHttps", "if ($scheme = http) { return 301 https://$host$request_uri; }",
     R"( Write in its place p/force-ssl-redirect: "true".)"},
    {"BasicAuth", "auth_basic \"Staff only\";",
     R"( Write in its place p/auth-type: "basic"; p/auth-realm: "Staff only"; p/auth-secret: "NAME of a Secret with the key auth".)"},
    {"WhatNothingStandsFor", "# a comment\nlua_need_request_body on; set $a 1; lua_need_request_body off;",
     " Nothing stands for lua_need_request_body, set."},
    {"LeftOpen", "proxy_read_timeout \"60", R"( Write in its place p/proxy-read-timeout: "60".)"},
    {"Nothing", " \n# only words\n", ""},
    {"NoLineIsForged", "a\x01\x0bz;", " Nothing stands for a\\x01\\x0bz."},
};

class SnippetAdviceOf : public testing::TestWithParam<Case> {};

TEST_P(SnippetAdviceOf, NamesWhatToWrite) {
    EXPECT_EQ(advise_on_snippet(GetParam().snippet, "p").to_string(), GetParam().advice);
}

INSTANTIATE_TEST_SUITE_P(Snippets, SnippetAdviceOf, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(SnippetAdvice, IsBounded) {
    std::string deep(100'000, '{');
    EXPECT_EQ(advise_on_snippet(deep, "p").to_string(), "");
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "d" + std::to_string(i) + ";";
    EXPECT_EQ(advise_on_snippet(many, "p").unmatched.size(), 64u);
}

}  // namespace
}  // namespace fairway::ingress::test
