// From a Pod in a file, through a real probe, to the endpoints of the snapshot.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>

#include "ingress/engine.hpp"
#include "ingress/manifests.hpp"
#include "ingress/probes/pods.hpp"
#include "ingress/temp_folder.hpp"
#include "routing/route_table.hpp"

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

const std::string kService =
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: "
    "http}]}\n";

class Readiness : public testing::Test {
protected:
    void start(bool allow_exec = false) {
        EngineOptions options;
        options.paths = {folder.path()};
        options.translation.watch_ingress_without_class = true;
        options.probes = ProbeOptions{allow_exec, "test"};
        engine = std::make_unique<Engine>(std::move(options));
        folder.write("web.yaml", ingress_manifest("web", "a.example.com") + "---\n" + kService);
        engine->load();
        snapshot = engine->snapshot();
        const auto watching = engine->watch(io, [this](auto next, const Report&) { snapshot = std::move(next); });
        ASSERT_TRUE(watching) << watching.error().message;
    }

    std::size_t endpoints() const {
        const auto& backend = snapshot->routes->host("a.example.com")->routes().front().backend;
        return snapshot->endpoints->of(backend->id).endpoints.size();
    }

    bool comes_true(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            io.run_one_for(50ms);
        }
        return true;
    }

    static std::string tcp_probe(std::uint16_t port) {
        return fmt::format("readinessProbe: {{tcpSocket: {{port: {}}}, periodSeconds: 1, failureThreshold: 1}}", port);
    }

    TempFolder folder;
    boost::asio::io_context io;
    std::unique_ptr<Engine> engine;
    std::shared_ptr<const routing::Snapshot> snapshot;
};

TEST_F(Readiness, EndpointComesAndGoesWithTheTcpPort) {
    tcp::acceptor listener(io, {tcp::v4(), 0});
    const auto port = listener.local_endpoint().port();
    folder.write("pod.yaml", pod_manifest("web", tcp_probe(port)));
    start();
    EXPECT_EQ(endpoints(), 0u) << "a probed Pod begins as not ready";
    EXPECT_TRUE(comes_true([&] { return endpoints() == 1; }));
    listener.close();
    EXPECT_TRUE(comes_true([&] { return endpoints() == 0; }));
    listener = tcp::acceptor(io, {tcp::v4(), port});
    EXPECT_TRUE(comes_true([&] { return endpoints() == 1; }));
}

TEST_F(Readiness, PodWithoutProbesIsReadyAtOnce) {
    folder.write("pod.yaml", pod_manifest("web", "image: web"));
    start();
    EXPECT_EQ(endpoints(), 1u);
    EXPECT_EQ(engine->prober()->pods().pod_count(), 0u);
}

TEST_F(Readiness, FileMadeAndDeletedDecidesByExec) {
    const auto file = (folder / "ready").native();
    folder.write("pod.yaml", pod_manifest("web", fmt::format("readinessProbe: {{exec: {{command: [ls, {}]}}, "
                                                             "periodSeconds: 1, failureThreshold: 1}}",
                                                             file)));
    start(true);
    EXPECT_TRUE(comes_true(
        [&] { return engine->prober()->pods().containers_of({"default", "web"})->front().history[1].counts[1] != 0; }));
    EXPECT_EQ(endpoints(), 0u);
    folder.write("ready", "");
    EXPECT_TRUE(comes_true([&] { return endpoints() == 1; }));
    std::filesystem::remove(file);
    EXPECT_TRUE(comes_true([&] { return endpoints() == 0; }));
}

TEST_F(Readiness, ReadyPodStaysReadyThroughAnEditOfItsLabels) {
    tcp::acceptor listener(io, {tcp::v4(), 0});
    auto manifest = pod_manifest("web", tcp_probe(listener.local_endpoint().port()));
    folder.write("pod.yaml", manifest);
    start();
    EXPECT_TRUE(comes_true([&] { return endpoints() == 1; }));
    folder.write("pod.yaml", manifest.replace(manifest.find("app: web"), 8, "app: other"));
    EXPECT_TRUE(comes_true([&] { return endpoints() == 0; }));
    folder.write("pod.yaml", manifest.replace(manifest.find("app: other"), 10, "app: web"));
    EXPECT_TRUE(comes_true([&] { return endpoints() == 1; }));
    EXPECT_EQ(engine->prober()->pods().container_count(), 1u);
}

}  // namespace
}  // namespace fairway::ingress::test
