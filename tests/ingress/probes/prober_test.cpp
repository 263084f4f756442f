// The prober with real time and real servers: time-outs, what it reports, and that it stops.
#include "ingress/probes/prober.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingress/probes/pods.hpp"
#include "ingress/probes/review.hpp"
#include "ingress/probes/scripted_server.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class ProberTest : public testing::Test {
protected:
    void start(const std::string& manifest) {
        pod = decode_one(manifest);
        prober.follow({change(nullptr, pod)});
        prober.start(io, [this](const std::set<k8s::ObjectName>& pods) { told.push_back(pods); });
    }
    const ProbeHistory& history(ProbeType type = ProbeType::readiness) const {
        return prober.pods().containers_of({"default", "web"})->front().history[static_cast<std::size_t>(type)];
    }
    bool comes_true(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            io.run_one_for(20ms);
        }
        return true;
    }

    boost::asio::io_context io;
    PodReadiness readiness;
    DiagnosticBook book;
    Prober prober{readiness, book, {true, "test"}};
    ObjectPtr pod;
    std::vector<std::set<k8s::ObjectName>> told;
};

TEST_F(ProberTest, ServerThatHangsFailsInTime) {
    ScriptedServer server(io, [](const std::string&) { return Reply{"HTTP/1.1 200 OK\r\n", Reply::Then::hang}; });
    start(pod_manifest("web", fmt::format("readinessProbe: {{httpGet: {{port: {}}}}}", server.port())));
    EXPECT_TRUE(comes_true([&] { return history().counts[1] == 1; }));
    EXPECT_EQ(history().last.message, "timed out after 1s waiting for the head of the response");
    EXPECT_GE(history().last_duration, 1s);
    EXPECT_TRUE(comes_true([&] { return server.ended() == 1; })) << "the connection does not outlive the probe";
    EXPECT_EQ(prober.totals().durations[1].counts[7] + prober.totals().durations[1].counts[8], 1u);
}

TEST_F(ProberTest, ProgramThatHangsFailsInTime) {
    start(pod_manifest("web", "readinessProbe: {exec: {command: [sleep, '1000']}}"));
    EXPECT_TRUE(comes_true([&] { return history().counts[1] == 1; }));
    EXPECT_EQ(history().last.message, "timed out after 1s waiting for sleep to end");
}

TEST_F(ProberTest, PodThatBecameReadyIsTold) {
    ScriptedServer server(io, [](const std::string&) { return Reply{}; });
    start(pod_manifest("web",
                       fmt::format("readinessProbe: {{tcpSocket: {{port: {}, host: localhost}}}}", server.port())));
    EXPECT_TRUE(comes_true([&] { return !told.empty(); }));
    EXPECT_EQ(told.front(), std::set<k8s::ObjectName>({{"default", "web"}}));
    EXPECT_EQ(readiness.of({"default", "web"}), true);
}

TEST_F(ProberTest, StartupThatFailsTooOftenIsAWarningUntilItSucceeds) {
    std::string answer = "HTTP/1.1 500 No\r\n\r\n";
    ScriptedServer server(io, [&](const std::string&) { return Reply{answer}; });
    start(pod_manifest(
        "web",
        fmt::format("startupProbe: {{httpGet: {{port: {}}}, periodSeconds: 1, failureThreshold: 1}}", server.port())));
    EXPECT_TRUE(comes_true([&] { return !told.empty(); }));
    const auto report = book.take_fresh();
    ASSERT_EQ(report.diagnostics.size(), 1u);
    EXPECT_THAT(
        report.diagnostics.front().to_string(),
        HasSubstr("Pod default/web spec.containers[web].startupProbe: has failed 1 times: HTTP probe failed with "
                  "statuscode: 500"));
    answer = "HTTP/1.1 200 OK\r\n\r\n";
    EXPECT_TRUE(comes_true([&] { return readiness.of({"default", "web"}) == true; }));
    EXPECT_TRUE(book.current().diagnostics.empty());
}

TEST_F(ProberTest, RemovedPodEndsItsProbe) {
    ScriptedServer server(io, [](const std::string&) { return Reply{"HTTP/1.1 200 OK\r\n", Reply::Then::hang}; });
    start(pod_manifest("web",
                       fmt::format("readinessProbe: {{httpGet: {{port: {}}}, timeoutSeconds: 1000}}", server.port())));
    EXPECT_TRUE(comes_true([&] { return !server.requests().empty(); }));
    prober.follow({change(pod, nullptr)});
    EXPECT_TRUE(comes_true([&] { return server.ended() == 1; }));
    EXPECT_EQ(prober.pods().pod_count(), 0u);
}

TEST_F(ProberTest, NothingRunsAfterStop) {
    ScriptedServer server(io, [](const std::string&) { return Reply{"", Reply::Then::hang}; });
    start(
        pod_manifest("web", fmt::format("readinessProbe: {{httpGet: {{port: {}}}, periodSeconds: 1}}", server.port())));
    EXPECT_TRUE(comes_true([&] { return !server.requests().empty(); }));
    prober.stop();
    EXPECT_TRUE(comes_true([&] { return server.ended() == 1; }));
    EXPECT_EQ(history().counts, (std::array<std::uint64_t, 3>{}));
}

std::string reviewed(const std::string& container, ExecProbes exec) {
    const auto pod = decode_one(pod_manifest("web", container));
    std::string text;
    for (const auto& diagnostic : review_probes(*object_as<k8s::Pod>(pod), exec)) text += diagnostic.to_string() + "\n";
    return text;
}

TEST(ProbeReview, ExecNeedsItsFlag) {
    const std::string exec = "readinessProbe: {exec: {command: ['true']}}";
    EXPECT_THAT(
        reviewed(exec, ExecProbes::refused),
        HasSubstr("pod.yaml:8:21: warning: Pod default/web spec.containers[web].readinessProbe: runs a command on "
                  "this machine, which needs the flag --allow-exec-probes"));
    EXPECT_EQ(reviewed(exec, ExecProbes::allowed), "");
    EXPECT_THAT(reviewed(exec, ExecProbes::not_run_here), HasSubstr("notice: "));
}

TEST(ProbeReview, LivenessIsTheKubeletsJob) {
    EXPECT_THAT(reviewed("livenessProbe: {tcpSocket: {port: 1}}", ExecProbes::allowed),
                HasSubstr("notice: Pod default/web spec.containers[web].livenessProbe: is the kubelet's job"));
}

TEST(ProbeReview, PortMustBeNamedByTheContainer) {
    EXPECT_THAT(
        reviewed("readinessProbe: {httpGet: {port: htpp}}", ExecProbes::allowed),
        HasSubstr("error: Pod default/web spec.containers[web].readinessProbe: names the port \"htpp\", which"));
    EXPECT_EQ(reviewed("readinessProbe: {httpGet: {port: http}}", ExecProbes::allowed), "");
}

}  // namespace
}  // namespace fairway::ingress::test
