#include "ingress/events/ingress_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingress/events/event_gate.hpp"
#include "ingress/manifests.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// "Normal Sync web: Scheduled for sync"
std::string text(const k8s::Event& event) {
    return fmt::format("{} {} {}: {}", event.type == k8s::EventType::normal ? "Normal" : "Warning", event.reason,
                       event.about.name.name, event.message);
}

class Events : public testing::Test {
protected:
    Events() {
        options_.watch_ingress_without_class = true;
        options_.configmap = k8s::ObjectName{"default", "fairway"};
        translator_.emplace(EndpointSources{store_, readiness_, nullptr}, options_, book_);
        events_.emplace(store_, *translator_, [this](k8s::Event event) { told_.push_back(text(event)); });
        put(service_manifest("web", "10.0.0.1"));
        put("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fairway}\ndata: {}\n");
        translate();
        told_.clear();
    }

    /// As from a cluster. @param generation  of the object's metadata.
    void put(const std::string& manifest, int generation = 1) {
        auto decoded = k8s::decode(manifest, "");
        for (auto& object : decoded.objects)
            std::visit([&](auto& typed) { typed.meta.generation = generation; }, object);
        store_.apply_live(std::move(decoded), book_);
    }

    void translate() {
        const auto changes = store_.take_changes();
        translator_->apply(changes);
        events_->changed(changes);
        events_->found(book_.take_fresh());
    }

    std::vector<std::string> told() {
        translate();
        return std::exchange(told_, {});
    }

    TranslationOptions options_;
    ObjectStore store_;
    PodReadiness readiness_;
    DiagnosticBook book_;
    std::optional<Translator> translator_;
    std::optional<IngressEvents> events_;
    std::vector<std::string> told_;
};

TEST_F(Events, SyncWhenAnIngressComesOrItsSpecOrAnnotationsChange) {
    put(ingress_manifest("web", "web.example.com"));
    EXPECT_THAT(told(), ElementsAre("Normal Sync web: Scheduled for sync"));
    put(ingress_manifest("web", "web.example.com"));
    EXPECT_THAT(told(), IsEmpty()) << "its status, or a label";
    put(ingress_manifest("web", "other.example.com"), 2);
    EXPECT_THAT(told(), ElementsAre("Normal Sync web: Scheduled for sync"));
    put(ingress_manifest("web", "other.example.com", "web", "{nginx.ingress.kubernetes.io/ssl-redirect: 'false'}"), 2);
    EXPECT_THAT(told(), ElementsAre("Normal Sync web: Scheduled for sync"));
    store_.remove_live({k8s::Ingress::kKind, {"default", "web"}}, book_);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(Events, AWarningForEachDiagnostic) {
    put(ingress_manifest("web", "web.example.com", "missing", "{nginx.ingress.kubernetes.io/proxy-read-timeout: 9x}"));
    EXPECT_THAT(told(),
                testing::UnorderedElementsAre(
                    "Normal Sync web: Scheduled for sync",
                    testing::StartsWith("Warning InvalidValue web: annotation proxy-read-timeout: \"9x\" is not"),
                    testing::StartsWith("Warning ServiceNotFound web: spec.rules[0].http.paths[0].backend: Service "
                                        "default/missing does not exist")));
}

TEST_F(Events, AnnotationsThatCloseThePathsAreToldAsIngressNginxTellsThem) {
    put(ingress_manifest("web", "web.example.com", "web",
                         "{nginx.ingress.kubernetes.io/proxy-ssl-secret: elsewhere/secret}"));
    EXPECT_THAT(told(),
                testing::Contains(testing::StartsWith("Warning AnnotationParsingFailed web: Error parsing annotations: "
                                                      "annotation proxy-ssl-secret: ")));
}

TEST_F(Events, ARefusedIngressIsToldToo) {
    put(ingress_manifest("web", "web.example.com", "web", "{nginx.ingress.kubernetes.io/server-snippet: x}"));
    EXPECT_THAT(told(),
                ElementsAre("Warning RiskyAnnotation web: annotation server-snippet: annotation group ServerSnippet "
                            "contains risky annotation based on ingress configuration. Nothing stands for x. The "
                            "Ingress is not served"));
}

TEST_F(Events, NoneAboutIngressesOfOthersAndNoneForNotices) {
    put(ingress_manifest("other", "other.example.com", "missing") + "  ingressClassName: other\n");
    put(ingress_manifest("web", "web.example.com", "web", "{nginx.ingress.kubernetes.io/http2-push-preload: 'true'}"));
    EXPECT_THAT(told(), ElementsAre("Normal Sync web: Scheduled for sync"));
}

TEST_F(Events, ConfigMapsThatFlagsName) {
    put("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fairway}\ndata: {server-tokens: 'true'}\n");
    put("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {}\n");
    EXPECT_THAT(told(), ElementsAre("Normal UPDATE fairway: ConfigMap default/fairway"));
}

TEST_F(Events, AtTheStartOnlyWhatIsRecentIsSynced) {
    const auto made = [](const std::string& name, const std::string& time) {
        auto text = ingress_manifest(name, name + ".example.com", name == "old" ? "missing" : "web");
        return text.replace(text.find("metadata: {"), 11, "metadata: {creationTimestamp: '" + time + "', ");
    };
    put(made("old", "2026-01-01T00:00:00Z"));
    put(made("young", "2026-01-01T01:00:00Z"));
    translate();
    told_.clear();
    events_->started(book_.current(), std::chrono::sys_days{std::chrono::January / 1 / 2026} + 1h + 1min);
    EXPECT_THAT(told_,
                ElementsAre("Normal Sync young: Scheduled for sync", "Normal CREATE fairway: ConfigMap default/fairway",
                            testing::StartsWith("Warning ServiceNotFound old: ")));
}

class Gate : public testing::Test {
protected:
    k8s::Event event(const std::string& message) { return {{}, k8s::EventType::normal, "Sync", message}; }

    std::vector<std::string> told_;
    EventGate gate_{60s, [this](const k8s::Event& event) { told_.push_back(event.message); }, 2};
    EventGate::Clock::time_point now_{1h};
};

TEST_F(Gate, TellsWhatItHeldWhenItComesToLead) {
    gate_.take(event("1"), now_);
    EXPECT_THAT(told_, IsEmpty());
    gate_.open(now_ + 60s);
    EXPECT_THAT(told_, ElementsAre("1"));
    gate_.take(event("2"), now_);
    EXPECT_THAT(told_, ElementsAre("1", "2"));
    gate_.close();
    gate_.take(event("3"), now_);
    EXPECT_THAT(told_, ElementsAre("1", "2"));
}

TEST_F(Gate, LeavesOutWhatTheLeaderOfItsTimeHasTold) {
    gate_.take(event("1"), now_);
    gate_.open(now_ + 61s);
    EXPECT_THAT(told_, IsEmpty());
}

TEST_F(Gate, HoldsTheLatestOnly) {
    for (const auto* message : {"1", "2", "3"}) gate_.take(event(message), now_);
    gate_.open(now_);
    EXPECT_THAT(told_, ElementsAre("2", "3"));
}

}  // namespace
}  // namespace fairway::ingress::test
