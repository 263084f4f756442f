#include "admin/status_pages.hpp"

#include <gtest/gtest.h>

namespace fairway::admin {
namespace {

StatusSources sources(Health health) {
    return {[health] { return health; }, [] { return MetricsInput(); }};
}

TEST(StatusPages, HealthFollowsTheLifeOfTheProcess) {
    EXPECT_EQ(status_page(sources(Health::starting), {"GET", "/healthz"}).status, 503);
    const HttpResponse ready = status_page(sources(Health::ready), {"GET", "/healthz"});
    EXPECT_EQ(ready.status, 200);
    EXPECT_EQ(ready.body, "ok");
    EXPECT_EQ(status_page(sources(Health::draining), {"HEAD", "/healthz"}).status, 503);
}

TEST(StatusPages, MetricsAreInPrometheusFormat) {
    const HttpResponse metrics = status_page(sources(Health::ready), {"GET", "/metrics"});
    EXPECT_EQ(metrics.status, 200);
    EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_TRUE(metrics.body.starts_with("# HELP "));
}

TEST(StatusPages, AnythingElseIsNotThere) {
    EXPECT_EQ(status_page(sources(Health::ready), {"GET", "/"}).status, 404);
    EXPECT_EQ(status_page(sources(Health::ready), {"POST", "/healthz"}).status, 405);
}

TEST(StatusPages, HealthMayBeElsewhere) {
    StatusSources elsewhere = sources(Health::ready);
    elsewhere.health_path = "/ready";
    EXPECT_EQ(status_page(elsewhere, {"GET", "/ready"}).status, 200);
    EXPECT_EQ(status_page(elsewhere, {"GET", "/healthz"}).status, 404);
    EXPECT_EQ(status_page(elsewhere, {"GET", "/metrics"}).status, 200);
}

}  // namespace
}  // namespace fairway::admin
