// The kubelet's rules for one container's probes, as a table of results and what they lead to.
#include "ingress/probes/container_state.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace fairway::ingress::test {
namespace {

struct Case {
    const char* name;
    std::optional<int> startup_failures;           ///< failureThreshold of a startupProbe, if there is one
    std::optional<std::pair<int, int>> readiness;  ///< successThreshold, failureThreshold
    const char* results;                           ///< one letter a probe: s(uccess), f(ailure), u(nknown)
    const char* ready;                             ///< after each of them: R(eady), S(tarted, not ready), - (neither)
};

const Case kCases[] = {
    {"OneSuccessIsEnoughByDefault", {}, {{1, 3}}, "s", "R"},
    {"FailuresBelowTheThresholdKeepItReady", {}, {{1, 3}}, "sffs", "RRRR"},
    {"ThirdFailureInARowEndsIt", {}, {{1, 3}}, "sfffs", "RRRSR"},
    {"SuccessInBetweenStartsTheCountAnew", {}, {{1, 3}}, "sffsff", "RRRRRR"},
    {"NeverReadyWhileItOnlyFails", {}, {{1, 1}}, "fff", "SSS"},
    {"SuccessThresholdCountsInARow", {}, {{3, 1}}, "ssfsss", "SSSSSR"},
    {"UnknownChangesNothing", {}, {{2, 2}}, "susfuf", "SSRRRS"},
    {"StartupGatesReadiness", 3, {{1, 3}}, "fsfs", "-SSR"},
    {"StartupAloneMakesReady", 3, {}, "fs", "-R"},
    {"StartupThatFailedTooOftenMayStillSucceed", 2, {{1, 1}}, "fffss", "---SR"},
    {"StartupRunsOnlyOnce", 1, {{1, 1}}, "ssfs", "SRSR"},
};

k8s::Container container_of(const Case& given) {
    k8s::Container container;
    if (given.startup_failures) {
        container.startup.emplace();
        container.startup->failure_threshold = *given.startup_failures;
    }
    if (given.readiness) {
        container.readiness.emplace();
        container.readiness->success_threshold = given.readiness->first;
        container.readiness->failure_threshold = given.readiness->second;
    }
    return container;
}

ProbeResult result_of(char letter) {
    return letter == 's' ? ProbeResult::success : letter == 'f' ? ProbeResult::failure : ProbeResult::unknown;
}

class KubeletRules : public testing::TestWithParam<Case> {};

TEST_P(KubeletRules, Hold) {
    const auto container = container_of(GetParam());
    ContainerState state;
    EXPECT_FALSE(state.ready(container)) << "a container with probes begins as not ready";
    std::string seen;
    for (const char letter : std::string(GetParam().results)) {
        const auto type = state.current(container);
        ASSERT_TRUE(type) << "nothing left to probe after " << seen;
        state.record(container, *type, result_of(letter));
        seen += state.ready(container) ? 'R' : state.started(container) ? 'S' : '-';
    }
    EXPECT_EQ(seen, GetParam().ready);
}

INSTANTIATE_TEST_SUITE_P(ContainerState, KubeletRules, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(ContainerState, NothingIsLeftToProbeAfterStartupWithoutReadiness) {
    const auto container = container_of({"", 1, {}, "", ""});
    ContainerState state;
    EXPECT_EQ(state.current(container), ProbeType::startup);
    EXPECT_EQ(state.record(container, ProbeType::startup, ProbeResult::success), ContainerState::Step::became_ready);
    EXPECT_EQ(state.current(container), std::nullopt);
}

TEST(ContainerState, GivingUpOnStartupIsToldOnce) {
    const auto container = container_of({"", 2, {{1, 1}}, "", ""});
    ContainerState state;
    using Step = ContainerState::Step;
    EXPECT_EQ(state.record(container, ProbeType::startup, ProbeResult::failure), Step::nothing);
    EXPECT_EQ(state.record(container, ProbeType::startup, ProbeResult::failure), Step::gave_up);
    EXPECT_TRUE(state.gave_up());
    EXPECT_EQ(state.record(container, ProbeType::startup, ProbeResult::failure), Step::nothing);
    EXPECT_EQ(state.record(container, ProbeType::startup, ProbeResult::success), Step::started);
    EXPECT_FALSE(state.gave_up());
}

}  // namespace
}  // namespace fairway::ingress::test
