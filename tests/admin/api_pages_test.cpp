#include "admin/api_pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "admin/local_host.hpp"

namespace fairway::admin {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

ingress::ReportStream objects(std::vector<std::string> names) {
    return [names = std::move(names), at = std::size_t{0}]() mutable -> std::optional<json::object> {
        if (at == names.size()) return std::nullopt;
        return json::object{{"name", names[at++]}};
    };
}

class ApiPages : public testing::Test {
protected:
    HttpResponse get(const std::string& path, const std::string& query = "", const std::string& method = "GET",
                     const std::string& host = "127.0.0.1:10255") {
        return api_page(sources, {method, path, query, host});
    }
    static json::value parsed(HttpResponse response) {
        std::string text = std::move(response.body);
        if (response.more)
            while (const auto piece = response.more()) text += *piece;
        EXPECT_EQ(response.content_type, "application/json");
        return json::parse(text);
    }

    ingress::ReportQuery asked;
    std::vector<std::string> there{"a", "b"};
    ingress::ExplainRequest explained;
    ApiSources sources{[this](const ingress::ReportQuery& query) {
                           asked = query;
                           return objects(there);
                       },
                       [this](const ingress::ExplainRequest& request) -> Result<ingress::Explanation> {
                           explained = request;
                           if (request.url == "ftp://x") return Error{"not http"};
                           return ingress::Explanation{{}, "forwarded", 0};
                       }};
};

TEST_F(ApiPages, ListsOfEverythingAndOfANamespace) {
    const auto all = get("/api/v1/services");
    EXPECT_EQ(all.status, 200U);
    EXPECT_EQ(asked.resource, ingress::Resource::services);
    EXPECT_EQ(asked.ns + asked.name, "");
    EXPECT_EQ(parsed(all), json::parse(R"({"kind":"List","apiVersion":"v1","metadata":{},)"
                                       R"("items":[{"name":"a"},{"name":"b"}]})"));
    get("/api/v1/pods/shop/");
    EXPECT_EQ(asked.ns, "shop");
    there.clear();
    EXPECT_EQ(parsed(get("/api/v1/pods")).at("items"), json::array());
}

TEST_F(ApiPages, CutsLongListsIntoPieces) {
    there.assign(2000, std::string(100, 'x'));
    auto response = get("/api/v1/services");
    std::size_t longest = 0;
    std::size_t pieces = 0;
    while (const auto piece = response.more()) {
        longest = std::max(longest, piece->size());
        ++pieces;
    }
    EXPECT_GT(pieces, 5U);
    EXPECT_LT(longest, 40'000U) << "each piece is time that others wait for";
}

TEST_F(ApiPages, OneObjectByItsNameAndAllRoutesOfAHost) {
    EXPECT_EQ(parsed(get("/api/v1/services/default/ku%62ia")), json::parse(R"({"name":"a"})"));
    EXPECT_EQ(asked.ns, "default");
    EXPECT_EQ(asked.name, "kubia");
    EXPECT_EQ(parsed(get("/api/v1/routes/default/shop.example")).at("items").as_array().size(), 2U);
}

TEST_F(ApiPages, WhatIsNotThereIsA404ThatHelps) {
    there.clear();
    const auto missing = get("/api/v1/ingresses/default/kubia");
    EXPECT_EQ(missing.status, 404U);
    const auto status = parsed(missing);
    EXPECT_EQ(status.at("kind"), "Status");
    EXPECT_EQ(status.at("code"), 404);
    EXPECT_EQ(status.at("message"), "ingresses.networking.k8s.io \"kubia\" not found in namespace \"default\"");
    EXPECT_THAT(get("/api/v1/servces").body, HasSubstr("did you mean \\\"services\\\"?"));
    EXPECT_EQ(get("/api/v1/secrets").status, 404U) << "nothing of Secrets is served";
    EXPECT_EQ(get("/api/v1/services/a/b/c").status, 404U);
    EXPECT_EQ(get("/api/v10").status, 404U);
    EXPECT_EQ(get("/").status, 404U);
    EXPECT_EQ(get("/api/v1/services/%zz").status, 400U);
}

TEST_F(ApiPages, ReadsOnly) {
    EXPECT_EQ(get("/api/v1/services", "", "HEAD").status, 200U);
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
        EXPECT_EQ(get("/api/v1/services", "", method).status, 405U) << method;
}

TEST_F(ApiPages, NamesItsResources) {
    const auto list = parsed(get("/api/v1"));
    EXPECT_EQ(list.at("kind"), "APIResourceList");
    EXPECT_EQ(list.at("resources").as_array().size(), ingress::all_resources().size());
}

TEST_F(ApiPages, Explains) {
    const auto answer = parsed(get("/api/v1/explain", "method=POST&url=http%3A%2F%2Fshop.example%2Fa%3Fb%3D1"));
    EXPECT_EQ(explained.method, "POST");
    EXPECT_EQ(explained.url, "http://shop.example/a?b=1");
    EXPECT_EQ(answer.at("outcome"), "forwarded");
    EXPECT_EQ(get("/api/v1/explain").status, 400U);
    EXPECT_EQ(get("/api/v1/explain", "url=%4").status, 400U);
    EXPECT_EQ(get("/api/v1/explain", "url=ftp://x").status, 400U);
}

TEST_F(ApiPages, RefusesHostsThatAWebPageCouldOwn) {
    EXPECT_EQ(get("/api/v1/services", "", "GET", "evil.example").status, 403U);
    EXPECT_EQ(get("/api/v1/services", "", "GET", "").status, 403U);
}

TEST(LocalHost, IsAnAddressOrLocalhost) {
    for (const char* host :
         {"127.0.0.1", "127.0.0.1:10255", "localhost", "LocalHost:80", "[::1]", "[::1]:10255", "192.0.2.1:1"})
        EXPECT_TRUE(is_local_host(host)) << host;
    for (const char* host : {"", "evil.example", "evil.example:10255", "127.0.0.1.evil.example",
                             "localhost.evil.example", "127.0.0.1:", "127.0.0.1:x", "::1", "[::1", "[evil]", "[::1]x",
                             "127.0.0.1:80@evil", "localhost:", "1270.0.1", ":10255"})
        EXPECT_FALSE(is_local_host(host)) << host;
}

}  // namespace
}  // namespace fairway::admin
