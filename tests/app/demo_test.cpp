#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "app/demo/kubia_pods.hpp"
#include "app/demo/manifests.hpp"
#include "app/demo/temporary_file.hpp"

namespace fairway::app {
namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string get(const SocketAddress& address) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::make_address(address.ip.to_string()), address.port});
    asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")));
    std::string text;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(text), error);
    return text;
}

TEST(KubiaPods, EachAnswersWithItsName) {
    const KubiaPods pods(3);
    std::set<std::string> names;
    for (const auto& pod : pods.pods()) {
        EXPECT_TRUE(get(pod.address).ends_with("\r\n\r\nYou've hit " + pod.name + "\n"));
        names.insert(pod.name);
    }
    EXPECT_EQ(names.size(), 3U);
}

TEST(DemoManifests, AreTheExampleFiles) {
    const auto manifests = kubia_manifests();
    ASSERT_EQ(manifests.size(), 2U);
    for (const auto& manifest : manifests)
        EXPECT_EQ(manifest.text,
                  content_of(std::filesystem::path(FAIRWAY_SOURCE_DIR) / "examples/kubia" / manifest.name));
}

TEST(DemoManifests, HaveOneEndpointForEachPod) {
    const KubiaPods pods(2);
    const auto endpoints = kubia_endpoints(pods);
    const auto decoded = k8s::decode(endpoints.text, endpoints.name);
    EXPECT_TRUE(decoded.complaints.empty());
    ASSERT_EQ(decoded.objects.size(), 1U);
    EXPECT_EQ(std::get<k8s::Endpoints>(decoded.objects.front()).meta.name.to_string(), "default/kubia-nodeport");
    for (const auto& pod : pods.pods())
        EXPECT_NE(endpoints.text.find(std::to_string(pod.address.port)), std::string::npos);
}

TEST(TemporaryFile, IsPrivateAndGoesWithItsOwner) {
    std::filesystem::path path;
    {
        const TemporaryFile file(".crt", "text");
        path = file.path();
        EXPECT_EQ(path.extension(), ".crt");
        EXPECT_EQ(content_of(path), "text");
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600U);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace fairway::app
