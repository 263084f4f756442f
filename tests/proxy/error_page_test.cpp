#include "proxy/http/error_page.hpp"

#include <gtest/gtest.h>

namespace fairway::proxy {
namespace {

TEST(ErrorPage, IsHtmlInTheFormOfNginx) {
    OutBuffer out;
    EXPECT_EQ(write_error_page(out, 404, ""), "text/html");
    EXPECT_EQ(
        out.view(),
        "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
        "<hr><center>fairway</center>\r\n</body>\r\n</html>\r\n");
}

TEST(ErrorPage, IsJsonForThoseWhoAskForIt) {
    OutBuffer out;
    EXPECT_EQ(write_error_page(out, 503, "application/json"), "application/json");
    EXPECT_EQ(out.view(), "{\"status\":503,\"error\":\"Service Temporarily Unavailable\"}\n");
}

TEST(ErrorPage, NegotiatesByWeightAndExactness) {
    const struct {
        const char* accept;
        bool json;
    } cases[] = {
        {"", false},
        {"*/*", false},
        {"application/json", true},
        {"Application/JSON", true},
        {"application/*", true},
        {"application/json, text/html", false},
        {"application/json, text/plain, */*", false},
        {"application/json, text/plain, */*;q=0.9", true},
        {"text/html;q=0.5, application/json", true},
        {"text/html, application/json;q=0.9", false},
        {"application/json;q=0, text/plain", false},
        {"text/*;q=0.3, application/json;q=0.4", true},
        {"text/*, text/html;q=0.1, application/json;q=0.2", true},
        {"application/json;q=0.001, text/html;q=0", true},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
        {"application/json;charset=utf-8;q=0.9, text/html;q=0.8", true},
        {"application/json;q=nonsense", true},
        {",;,;;,", false},
        {"application/jsonx", false},
    };
    for (const auto& c : cases) EXPECT_EQ(prefers_json(c.accept), c.json) << c.accept;
}

}  // namespace
}  // namespace fairway::proxy
