// What decides the protocol towards endpoints: the global default backend, the annotation, appProtocol, in this order.
#include <gtest/gtest.h>

#include "routing/case_name.hpp"
#include "routing/route.hpp"

namespace fairway::routing::test {
namespace {

struct Case {
    const char* name;
    std::optional<UpstreamProtocol> annotation;
    UpstreamProtocol app_protocol;
    bool always_http;
    UpstreamProtocol expected;
};
const Case kCases[] = {
    {"HttpByDefault", std::nullopt, UpstreamProtocol::http, false, UpstreamProtocol::http},
    {"AppProtocolWithoutAnnotation", std::nullopt, UpstreamProtocol::h2c, false, UpstreamProtocol::h2c},
    {"AnnotationWins", UpstreamProtocol::https, UpstreamProtocol::h2c, false, UpstreamProtocol::https},
    {"AnnotationHttpWins", UpstreamProtocol::http, UpstreamProtocol::https, false, UpstreamProtocol::http},
    {"AutoHttpIsLeftToTheClient", UpstreamProtocol::auto_http, UpstreamProtocol::h2c, false,
     UpstreamProtocol::auto_http},
    {"GlobalDefaultBackendIsPlain", UpstreamProtocol::h2, UpstreamProtocol::https, true, UpstreamProtocol::http},
};
class EffectiveProtocol : public testing::TestWithParam<Case> {};
TEST_P(EffectiveProtocol, IsDecidedInOrder) {
    auto backend = std::make_shared<Backend>();
    backend->always_http = GetParam().always_http;
    auto policy = std::make_shared<RoutePolicy>();
    policy->protocol = GetParam().annotation;
    const Route route{.path = "/", .policy = policy, .backend = backend};
    EndpointSet endpoints;
    endpoints.protocol = GetParam().app_protocol;
    EXPECT_EQ(effective_protocol(route, endpoints), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Routing, EffectiveProtocol, testing::ValuesIn(kCases), case_name<Case>);

}  // namespace
}  // namespace fairway::routing::test
