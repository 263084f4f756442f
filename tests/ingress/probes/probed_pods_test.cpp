// Which container is due when, with a clock of the test's own, and what results do to Pods.
#include "ingress/probes/probed_pods.hpp"

#include <gtest/gtest.h>

#include <map>

#include "ingress/probes/pods.hpp"

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;
using TimePoint = ProbeClock::time_point;

const std::string kTcp = "readinessProbe: {tcpSocket: {port: http}}";

class ProbedPodsTest : public testing::Test {
protected:
    void put(const std::string& manifest) {
        const auto pod = decode_one(manifest);
        auto& known = store[k8s::meta_of(*pod).name];
        pods.follow({change(known, pod)}, now);
        known = pod;
    }

    /// Lets time pass until the next container is due, and gives its probe a result.
    ContainerState::Step probe(ProbeResult result) {
        now = std::max(now, pods.next_due().value());
        auto* container = pods.take_due(now);
        const auto type = *container->state.current(*container->spec);
        return pods.record(*container, type, {result, "because"}, 1ms, now);
    }

    std::optional<bool> ready(const std::string& pod) const { return readiness.of({"default", pod}); }

    PodReadiness readiness;
    ProbedPods pods{readiness, false};
    std::map<k8s::ObjectName, ObjectPtr> store;
    TimePoint now = TimePoint() + 1000s;
};

TEST_F(ProbedPodsTest, NewContainerIsDueAtOnceAndNotReady) {
    put(pod_manifest("web", kTcp));
    EXPECT_EQ(pods.next_due(), now);
    EXPECT_EQ(ready("web"), false);
    probe(ProbeResult::success);
    EXPECT_EQ(ready("web"), true);
    EXPECT_EQ(pods.take_changed(), std::set<k8s::ObjectName>({{"default", "web"}}));
}

TEST_F(ProbedPodsTest, InitialDelayIsWaitedFor) {
    put(pod_manifest("web", "readinessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 7}"));
    EXPECT_EQ(pods.next_due(), now + 7s);
    EXPECT_EQ(pods.take_due(now), nullptr);
}

TEST_F(ProbedPodsTest, RunsArePeriodicAfterTheFirstGap) {
    put(pod_manifest("web", "readinessProbe: {tcpSocket: {port: 1}, periodSeconds: 10}"));
    auto before = *pods.next_due();
    probe(ProbeResult::success);
    const auto first_gap = *pods.next_due() - before;
    EXPECT_GE(first_gap, 5s);
    EXPECT_LE(first_gap, 15s);
    for (int i = 0; i < 5; ++i) {
        before = *pods.next_due();
        probe(ProbeResult::success);
        EXPECT_EQ(*pods.next_due() - before, 10s);
    }
}

TEST_F(ProbedPodsTest, LateResultSkipsTheRunsItMissed) {
    put(pod_manifest("web", "readinessProbe: {tcpSocket: {port: 1}, periodSeconds: 2}"));
    probe(ProbeResult::success);
    now = *pods.next_due();
    auto* container = pods.take_due(now);
    EXPECT_EQ(pods.next_due(), std::nullopt) << "one at a time";
    const auto started = now;
    now += 5s;
    pods.record(*container, ProbeType::readiness, probe_success(), 5s, now);
    EXPECT_EQ(*pods.next_due() - started, 6s);
}

TEST_F(ProbedPodsTest, ManyNewContainersAreSpreadAndStaySo) {
    constexpr int kPods = 5000;
    std::vector<ObjectChange> changes;
    for (int i = 0; i < kPods; ++i)
        changes.push_back(change(nullptr, decode_one(pod_manifest(fmt::format("web-{}", i), kTcp))));
    const auto start = now;
    pods.follow(changes, now);
    std::map<std::int64_t, int> first, steady;  // by tenth of a second
    for (int i = 0; i < 3 * kPods; ++i) {
        now = *pods.next_due();
        (now - start < 1250ms ? first : steady)[(now - start) / 100ms]++;
        pods.record(*pods.take_due(now), ProbeType::readiness, probe_success(), 0us, now);
    }
    for (const auto& [tenth, count] : first) EXPECT_LT(count, 600) << tenth;
    // 5,000 in 10 s are 50 in a tenth of a second; while the first gaps run out there may be twice as many.
    for (const auto& [tenth, count] : steady) EXPECT_LT(count, 150) << tenth;
    EXPECT_GT(steady.size(), 100u);
}

TEST_F(ProbedPodsTest, EditThatLeavesTheProbeAloneKeepsStateAndSchedule) {
    put(pod_manifest("web", kTcp));
    probe(ProbeResult::success);
    const auto due = pods.next_due();
    put(pod_manifest("web", kTcp + "\n    image: other", "127.0.0.1", ", phase: Running"));
    EXPECT_EQ(ready("web"), true);
    EXPECT_EQ(pods.next_due(), due);
}

TEST_F(ProbedPodsTest, EditOfProbeAddressOrPortBeginsAnew) {
    put(pod_manifest("web", kTcp));
    const auto begins_anew = [&](const std::string& manifest) {
        probe(ProbeResult::success);
        EXPECT_EQ(ready("web"), true);
        put(manifest);
        EXPECT_EQ(ready("web"), false);
        EXPECT_EQ(pods.next_due(), now);
    };
    begins_anew(pod_manifest("web", "readinessProbe: {tcpSocket: {port: http}, periodSeconds: 3}"));
    begins_anew(pod_manifest("web", kTcp, "127.0.0.2"));
    begins_anew(pod_manifest("web", "readinessProbe: {tcpSocket: {port: 8081}}", "127.0.0.2"));
}

TEST_F(ProbedPodsTest, RemovedPodIsForgottenEvenWhileItsProbeRuns) {
    put(pod_manifest("web", kTcp));
    const auto id = pods.take_due(now)->id;
    const auto& pod = store.at({"default", "web"});
    EXPECT_EQ(pods.follow({change(pod, nullptr)}, now), std::vector<ProbeId>{id});
    EXPECT_EQ(pods.find(id), nullptr);
    EXPECT_EQ(ready("web"), std::nullopt);
    EXPECT_EQ(pods.next_due(), std::nullopt);
}

TEST_F(ProbedPodsTest, PodsThatEndOrHaveNoAddressAreNotProbed) {
    for (const auto* status : {", phase: Failed", ", phase: Succeeded"}) {
        put(pod_manifest("web", kTcp, "127.0.0.1", status));
        EXPECT_EQ(pods.pod_count(), 0u) << status;
    }
    auto manifest = pod_manifest("web", kTcp);
    put(manifest.insert(manifest.find("name: web,"), "deletionTimestamp: 2026-01-01T00:00:00Z, "));
    EXPECT_EQ(pods.pod_count(), 0u);
    manifest = pod_manifest("web", kTcp);
    put(manifest.substr(0, manifest.find("status:")));
    EXPECT_EQ(pods.pod_count(), 0u);
}

TEST_F(ProbedPodsTest, AllContainersMustBeReady) {
    const std::string two = kTcp + "\n  - name: side\n    readinessProbe: {tcpSocket: {port: 9}}";
    put(pod_manifest("web", two));
    probe(ProbeResult::success);
    EXPECT_EQ(ready("web"), false);
    probe(ProbeResult::success);
    EXPECT_EQ(ready("web"), true);
}

TEST_F(ProbedPodsTest, ReadinessGatesNeedTheirConditions) {
    const auto gated = [](const std::string& conditions) {
        auto manifest = pod_manifest("web", "image: web", "127.0.0.1", conditions);
        return manifest.insert(manifest.find("  containers:"),
                               "  readinessGates: [{conditionType: example.com/warm}]\n");
    };
    put(gated(""));
    EXPECT_EQ(ready("web"), false);
    put(gated(", conditions: [{type: example.com/warm, status: 'False'}]"));
    EXPECT_EQ(ready("web"), false);
    put(gated(", conditions: [{type: example.com/warm, status: 'True'}]"));
    EXPECT_EQ(ready("web"), true);
}

TEST_F(ProbedPodsTest, ReadinessIsProbedAtOnceWhenStartupSucceeded) {
    put(pod_manifest("web",
                     kTcp + "\n    startupProbe: {tcpSocket: {port: 1}, periodSeconds: 100, failureThreshold: 1}"));
    EXPECT_EQ(probe(ProbeResult::failure), ContainerState::Step::gave_up);
    EXPECT_GE(*pods.next_due() - now, 50s);
    EXPECT_EQ(probe(ProbeResult::success), ContainerState::Step::started);
    EXPECT_EQ(ready("web"), false);
    EXPECT_EQ(pods.next_due(), now);
    probe(ProbeResult::success);
    EXPECT_EQ(ready("web"), true);
}

TEST_F(ProbedPodsTest, ExecWithoutLeaveIsNeverRunAndNeverReady) {
    put(pod_manifest("web", "readinessProbe: {exec: {command: ['true']}}"));
    EXPECT_EQ(pods.next_due(), std::nullopt);
    EXPECT_EQ(ready("web"), false);
    ProbedPods with_leave(readiness, true);
    with_leave.follow({change(nullptr, store.begin()->second)}, now);
    EXPECT_EQ(with_leave.next_due(), now);
}

TEST_F(ProbedPodsTest, PortThatTheContainerDoesNotNameIsNeverReady) {
    put(pod_manifest("web", "readinessProbe: {tcpSocket: {port: metrics}}"));
    EXPECT_EQ(pods.next_due(), std::nullopt);
    EXPECT_EQ(ready("web"), false);
}

TEST_F(ProbedPodsTest, HistoryRemembersTheLastResult) {
    put(pod_manifest("web", kTcp));
    probe(ProbeResult::failure);
    probe(ProbeResult::unknown);
    const auto& history = pods.containers_of({"default", "web"})->front().history[1];
    EXPECT_EQ(history.counts, (std::array<std::uint64_t, 3>{0, 1, 1}));
    EXPECT_EQ(history.last.message, "because");
    EXPECT_EQ(history.last_duration, 1ms);
}

}  // namespace
}  // namespace fairway::ingress::test
