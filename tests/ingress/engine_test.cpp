// The engine as run uses it: real files, real inotify, snapshots handed over on an io_context.
#include "ingress/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

#include "ingress/manifests.hpp"
#include "ingress/temp_folder.hpp"

namespace fairway::ingress::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

class EngineTest : public testing::Test {
protected:
    void start(std::vector<fs::path> paths) {
        EngineOptions options;
        options.paths = std::move(paths);
        options.translation.watch_ingress_without_class = true;
        engine = std::make_unique<Engine>(std::move(options));
        engine->load();
        snapshot = engine->snapshot();
        const auto watching = engine->watch(io, [this](auto next, const Report& fresh) {
            snapshot = std::move(next);
            for (const auto& diagnostic : fresh.diagnostics) said += diagnostic.to_string() + "\n";
        });
        ASSERT_TRUE(watching) << watching.error().message;
    }

    /// Runs the control thread until the condition holds; the deadline is far above the promised 100 ms.
    bool comes_true(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            io.run_one_for(50ms);
        }
        return true;
    }

    bool serves(const char* host) const { return snapshot->routes->host(host) != nullptr; }
    std::string endpoint_of(const char* host) const {
        const auto* rules = snapshot->routes->host(host);
        if (rules == nullptr || !rules->routes().front().backend) return "";
        const auto& endpoints = snapshot->endpoints->of(rules->routes().front().backend->id).endpoints;
        return endpoints.empty() ? "" : endpoints.front().address.to_string();
    }

    TempFolder folder;
    boost::asio::io_context io;
    std::unique_ptr<Engine> engine;
    std::shared_ptr<const routing::Snapshot> snapshot;
    std::string said;
};

TEST_F(EngineTest, ServesWhatTheFilesSay) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com") + "---\n" + service_manifest("web", "10.0.0.1"));
    start({folder.path()});
    EXPECT_EQ(endpoint_of("a.example.com"), "10.0.0.1:8080");
    EXPECT_EQ(snapshot->generation, 1u);
    EXPECT_EQ(engine->report().count(Severity::error), 0u);
}

TEST_F(EngineTest, ServesBuiltInManifestsWithoutAnyFile) {
    EngineOptions options;
    options.built_in = {
        {"demo.yaml", ingress_manifest("web", "a.example.com") + "---\n" + service_manifest("web", "10.0.0.1")}};
    options.translation.watch_ingress_without_class = true;
    Engine demo(std::move(options));
    EXPECT_TRUE(demo.load().diagnostics.empty());
    EXPECT_NE(demo.snapshot()->routes->host("a.example.com"), nullptr);
}

TEST_F(EngineTest, EditInPlaceIsLive) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    folder.write("service.yaml", service_manifest("web", "10.0.0.1"));
    start({folder.path()});
    folder.write("service.yaml", service_manifest("web", "10.0.0.2"));
    EXPECT_TRUE(comes_true([&] { return endpoint_of("a.example.com") == "10.0.0.2:8080"; }));
}

TEST_F(EngineTest, EditThatIsNeverClosedIsLive) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    start({folder.path()});
    std::ofstream open(folder / "web.yaml", std::ios::trunc);
    open << ingress_manifest("web", "b.example.com") << std::flush;
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com"); }));
}

TEST_F(EngineTest, AtomicRenameIsLive) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    start({folder.path()});
    folder.write("web.yaml.new", ingress_manifest("web", "b.example.com"));
    fs::rename(folder / "web.yaml.new", folder / "web.yaml");
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com") && !serves("a.example.com"); }));
}

TEST_F(EngineTest, ConfigMapVolumeSwapIsLive) {
    folder.write("..1/web.yaml", ingress_manifest("web", "a.example.com"));
    fs::create_directory_symlink("..1", folder / "..data");
    fs::create_symlink("..data/web.yaml", folder / "web.yaml");
    start({folder.path()});
    ASSERT_TRUE(serves("a.example.com"));
    folder.write("..2/web.yaml", ingress_manifest("web", "b.example.com"));
    fs::create_directory_symlink("..2", folder / "..data_tmp");
    fs::rename(folder / "..data_tmp", folder / "..data");
    fs::remove_all(folder / "..1");
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com") && !serves("a.example.com"); }));
}

TEST_F(EngineTest, TargetOfALinkIsFollowed) {
    folder.write("real/web.yaml", ingress_manifest("web", "a.example.com"));
    fs::create_directory(folder / "served");
    fs::create_symlink("../real/web.yaml", folder / "served/web.yaml");
    start({folder / "served"});
    folder.write("real/web.yaml", ingress_manifest("web", "b.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com"); }));
}

TEST_F(EngineTest, DeletedFileIsGone) {
    folder.write("a.yaml", ingress_manifest("a", "a.example.com"));
    folder.write("b.yaml", ingress_manifest("b", "b.example.com"));
    start({folder.path()});
    fs::remove(folder / "a.yaml");
    EXPECT_TRUE(comes_true([&] { return !serves("a.example.com"); }));
    EXPECT_TRUE(serves("b.example.com"));
}

TEST_F(EngineTest, NewFileInANewFolderIsLive) {
    folder.write("a.yaml", ingress_manifest("a", "a.example.com"));
    start({folder.path()});
    folder.write("new/deeper/b.yaml", ingress_manifest("b", "b.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com"); }));
    folder.write("new/deeper/c.yaml", ingress_manifest("c", "c.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("c.example.com"); }));
}

TEST_F(EngineTest, FolderMovedInAndOutIsFollowed) {
    TempFolder elsewhere;
    elsewhere.write("sub/b.yaml", ingress_manifest("b", "b.example.com"));
    folder.write("a.yaml", ingress_manifest("a", "a.example.com"));
    start({folder.path()});
    fs::rename(elsewhere / "sub", folder / "sub");
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com"); }));
    fs::rename(folder / "sub", folder / "renamed");
    folder.write("renamed/c.yaml", ingress_manifest("c", "c.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("c.example.com") && serves("b.example.com"); }));
    fs::rename(folder / "renamed", elsewhere / "back");
    EXPECT_TRUE(comes_true([&] { return !serves("b.example.com") && !serves("c.example.com"); }));
}

TEST_F(EngineTest, FileGivenByNameIsFollowedThroughDeletion) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    folder.write("other.yaml", ingress_manifest("other", "other.example.com"));
    start({folder / "web.yaml"});
    EXPECT_FALSE(serves("other.example.com"));
    fs::remove(folder / "web.yaml");
    EXPECT_TRUE(comes_true([&] { return !serves("a.example.com"); }));
    folder.write("web.yaml", ingress_manifest("web", "b.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com"); }));
    EXPECT_FALSE(serves("other.example.com"));
}

TEST_F(EngineTest, BrokenEditKeepsTheLastGoodVersionAndSaysSo) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    start({folder.path()});
    folder.write("web.yaml", "kind: Ingress\n  broken: [\n");
    EXPECT_TRUE(comes_true([&] { return said.find("keeps its last good version") != std::string::npos; }));
    EXPECT_TRUE(serves("a.example.com"));
    EXPECT_THAT(said, HasSubstr("web.yaml:2"));
    folder.write("web.yaml", ingress_manifest("web", "b.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("b.example.com"); }));
}

TEST_F(EngineTest, BurstOfEditsEndsWithTheLast) {
    folder.write("web.yaml", ingress_manifest("web", "h0.example.com"));
    start({folder.path()});
    for (int i = 1; i <= 200; ++i) {
        folder.write("web.yaml", ingress_manifest("web", fmt::format("h{}.example.com", i)));
        io.poll();
    }
    EXPECT_TRUE(comes_true([&] { return serves("h200.example.com"); }));
    EXPECT_EQ(snapshot->routes->host_count(), 1u);
}

TEST_F(EngineTest, EventOverflowIsMadeGoodByLookingAtEverything) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    start({folder.path()});
    // More events than fs.inotify.max_queued_events holds by default (16384), none of them read meanwhile.
    for (int i = 0; i < 6000; ++i) {
        folder.write("noise.yaml", fmt::format("# {}\n", i));
        fs::rename(folder / "noise.yaml", folder / "noise2.yaml");
    }
    folder.write("late.yaml", ingress_manifest("late", "late.example.com"));
    EXPECT_TRUE(comes_true([&] { return serves("late.example.com"); }));
}

TEST_F(EngineTest, ReloadReadsEverythingAgain) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    start({folder.path()});
    folder.write("web.yaml", ingress_manifest("web", "b.example.com"));
    engine->reload();
    EXPECT_TRUE(serves("b.example.com"));
}

TEST_F(EngineTest, NoHandlerIsCalledAfterStopWatching) {
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    start({folder.path()});
    folder.write("web.yaml", ingress_manifest("web", "b.example.com"));
    engine->stop_watching();
    io.restart();
    io.run();  // nothing is left to wait for
    EXPECT_TRUE(serves("a.example.com"));
}

TEST_F(EngineTest, ListenersThatCannotOpenAreWarningsOfTheirOwnersUntilTheyCan) {
    start({folder.path()});
    const auto others = engine->report().diagnostics.size();
    const std::vector<routing::ListenerProblem> problems = {
        {{"Service", "default", "kubia", "spec.ports[0].nodePort", "a/b.yaml:7:3"},
         routing::Transport::tcp,
         *SocketAddress::parse("127.0.0.1:30123"),
         "Address already in use",
         "another process uses the port"}};
    const auto fresh = engine->report_listeners(problems);
    ASSERT_EQ(fresh.diagnostics.size(), 1u);
    EXPECT_EQ(
        fresh.diagnostics.front().to_string(),
        "a/b.yaml:7:3: warning: Service default/kubia spec.ports[0].nodePort: cannot listen on TCP 127.0.0.1:30123: "
        "Address already in use; another process uses the port. Tried again every few seconds");
    EXPECT_TRUE(engine->report_listeners(problems).diagnostics.empty()) << "known already";
    EXPECT_EQ(engine->report().diagnostics.size(), others + 1);
    engine->report_listeners({});
    EXPECT_EQ(engine->report().diagnostics.size(), others);
}

}  // namespace
}  // namespace fairway::ingress::test
