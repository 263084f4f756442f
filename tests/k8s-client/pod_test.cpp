// Pod and its probes: defaults, and what the API server would refuse.
#include "k8s-client/objects/pod.hpp"

#include <fmt/format.h>

#include "k8s-client/decoding.hpp"

namespace fairway::k8s {
namespace {

using test::only;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

std::string pod(const std::string& container, const std::string& rest = "") {
    return fmt::format("{{apiVersion: v1, kind: Pod, metadata: {{name: kubia}}, spec: {{containers: [{{name: main, "
                       "{}}}]}}{}}}",
                       container, rest);
}

Probe readiness(const std::string& probe) {
    const auto decoded = only<Pod>(pod(fmt::format("readinessProbe: {{{}}}", probe)));
    return decoded.containers.at(0).readiness.value();
}

TEST(PodDecode, ProbeDefaultsAreTheApis) {
    const auto probe = readiness("httpGet: {port: 8080}");
    EXPECT_EQ(probe.initial_delay, std::chrono::seconds(0));
    EXPECT_EQ(probe.period, std::chrono::seconds(10));
    EXPECT_EQ(probe.timeout, std::chrono::seconds(1));
    EXPECT_EQ(probe.success_threshold, 1);
    EXPECT_EQ(probe.failure_threshold, 3);
    const auto action = std::get<HttpGetAction>(probe.action);
    EXPECT_EQ(action.path, "/");
    EXPECT_EQ(action.port, IntOrString{8080});
    EXPECT_FALSE(action.https);
}

TEST(PodDecode, EveryAction) {
    const auto http = std::get<HttpGetAction>(
        readiness("httpGet: {path: healthz, port: web, host: a.example, scheme: HTTPS, httpHeaders: [{name: X-A, "
                  "value: b}]}")
            .action);
    EXPECT_EQ(http.path, "/healthz");
    EXPECT_EQ(http.port, IntOrString{"web"});
    EXPECT_EQ(http.host, "a.example");
    EXPECT_TRUE(http.https);
    EXPECT_THAT(http.headers, ElementsAre(Pair("X-A", "b")));
    EXPECT_EQ(std::get<TcpSocketAction>(readiness("tcpSocket: {port: 5432}").action).port, IntOrString{5432});
    EXPECT_EQ(std::get<GrpcAction>(readiness("grpc: {port: 9000, service: shop}").action).service, "shop");
    EXPECT_THAT(std::get<ExecAction>(readiness("exec: {command: [ls, /var/ready]}").action).command,
                ElementsAre("ls", "/var/ready"));
}

TEST(PodDecode, ZeroMeansNotGivenAsInTheApisDefaulting) {
    const auto probe = readiness("tcpSocket: {port: 1}, periodSeconds: 0, failureThreshold: 0, timeoutSeconds: 5");
    EXPECT_EQ(probe.period, std::chrono::seconds(10));
    EXPECT_EQ(probe.failure_threshold, 3);
    EXPECT_EQ(probe.timeout, std::chrono::seconds(5));
}

TEST(PodDecode, StatusConditionsAndGates) {
    const auto decoded = only<Pod>(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {readinessGates: [{conditionType: shop/warm}], "
        "hostname: a, subdomain: b, containers: [{name: c}]}, status: {podIP: 192.0.2.1, conditions: [{type: Ready, "
        "status: 'False'}, {type: shop/warm, status: 'True'}]}}");
    EXPECT_THAT(decoded.readiness_gates, ElementsAre("shop/warm"));
    EXPECT_THAT(decoded.conditions, ElementsAre(Pair("Ready", false), Pair("shop/warm", true)));
    EXPECT_EQ(decoded.ready, false);
    EXPECT_EQ(decoded.hostname, "a");
    EXPECT_EQ(decoded.subdomain, "b");
}

struct BadProbe {
    const char* name;
    const char* text;
    const char* complaint;
};

class BadProbes : public testing::TestWithParam<BadProbe> {};

TEST_P(BadProbes, AreRefusedWithAdvice) {
    const auto decoded = decode(pod(GetParam().text), "f.yaml");
    EXPECT_THAT(decoded.objects, SizeIs(0));
    EXPECT_THAT(test::texts(decoded), ElementsAre(HasSubstr(GetParam().complaint)));
}

const BadProbe kBadProbes[] = {
    {"NoAction", "readinessProbe: {periodSeconds: 5}",
     "spec.containers[0].readinessProbe: has no action; write one of httpGet, tcpSocket, grpc, exec"},
    {"TwoActions", "readinessProbe: {tcpSocket: {port: 1}, exec: {command: [a]}}", "has several actions; keep one"},
    {"NoPort", "readinessProbe: {tcpSocket: {}}", "tcpSocket.port: is required"},
    {"PortTooLarge", "readinessProbe: {tcpSocket: {port: 70000}}", "tcpSocket.port"},
    {"NoCommand", "readinessProbe: {exec: {command: []}}", "exec.command: is required"},
    {"BadScheme", "readinessProbe: {httpGet: {port: 1, scheme: https}}", "is not one of HTTP, HTTPS"},
    {"BlankInPath", "readinessProbe: {httpGet: {port: 1, path: '/a b'}}", "is not a path"},
    {"HeaderName", "readinessProbe: {httpGet: {port: 1, httpHeaders: [{name: 'a b', value: c}]}}",
     "is not the name of a header field"},
    {"HeaderValue", "readinessProbe: {httpGet: {port: 1, httpHeaders: [{name: a, value: \"b\\r\\nc\"}]}}",
     "must be one line"},
    {"LivenessSuccesses", "livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}", "must be 1 in a livenessProbe"},
    {"NegativePeriod", "readinessProbe: {tcpSocket: {port: 1}, periodSeconds: -1}", "periodSeconds"},
};
INSTANTIATE_TEST_SUITE_P(Pod, BadProbes, testing::ValuesIn(kBadProbes),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace fairway::k8s
