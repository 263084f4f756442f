#include "ingress/url_server.hpp"

#include <gtest/gtest.h>

namespace fairway::ingress {
namespace {

TEST(ServerUrl, Parts) {
    const auto url = parse_server_url("https://Auth.example.com:8443/check?a=$host");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->https);
    EXPECT_EQ(url->host, "auth.example.com");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->path_and_query, "/check?a=$host");
    EXPECT_EQ(url->authority("x"), "auth.example.com:8443");
    EXPECT_EQ(parse_server_url("http://[2001:db8::1]/")->authority("x"), "[2001:db8::1]");
    EXPECT_EQ(parse_server_url("http://192.0.2.1")->path_and_query, "/");
    EXPECT_EQ(parse_server_url("http://a?b")->path_and_query, "/?b");
    EXPECT_EQ(parse_server_url("https://$host/oauth2/auth")->authority("shop.example.com"), "shop.example.com");
}

TEST(ServerUrl, Refused) {
    for (const char* text : {"", "a", "ftp://a/", "http://", "http:///a", "http://a:0/", "http://a:70000/",
                             "http://u@a/", "http://a b/", "http://$http_host/", "http://a.$host/", "http://localhost/",
                             "http://x.localhost:80/", "http://a/\x01", "http://a\"/"})
        EXPECT_FALSE(parse_server_url(text)) << text;
}

TEST(ServerUrl, WhereItLeads) {
    const auto key = [](const char* text, const char* rule_host = "shop.example.com", const char* watched = "") {
        return server_backend(*parse_server_url(text), rule_host,
                              {.cluster_domain = "cluster.local", .watch_namespace = watched});
    };
    const BackendKey service{{"auth", "proxy"}, "4180"};
    EXPECT_EQ(key("http://proxy.auth.svc.cluster.local:4180/a"), service);
    EXPECT_EQ(key("http://proxy.auth.svc:4180/a"), service);
    EXPECT_EQ(key("http://proxy.auth.svc.cluster.local.:4180/a"), service);
    EXPECT_EQ(key("http://proxy.auth.svc:4180/a", "x", "auth"), service);
    EXPECT_EQ(key("http://proxy.auth.svc:4180/a", "x", "other"), (BackendKey{{"", "proxy.auth.svc"}, "4180"}));
    EXPECT_EQ(key("http://10-0-0-1.proxy.auth.svc/a"), (BackendKey{{"", "10-0-0-1.proxy.auth.svc"}, "80"}));
    EXPECT_EQ(key("https://auth.example.com/"), (BackendKey{{"", "auth.example.com"}, "443"}));
    EXPECT_EQ(key("https://$host/"), (BackendKey{{"", "shop.example.com"}, "443"}));
    for (const char* host : {"*.example.com", "_", ""}) EXPECT_EQ(key("https://$host/", host), std::nullopt) << host;
}

}  // namespace
}  // namespace fairway::ingress
