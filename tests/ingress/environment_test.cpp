#include "ingress/discovery/environment.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

std::string environment_of(const std::string& objects, const std::string& ns = "default") {
    auto options = standalone_options();
    options.services = true;
    Workbench bench(options);
    bench.put("objects.yaml", objects);
    bench.translate();
    std::string text;
    for (const auto& [name, value] : pod_environment(bench.store(), bench.translator().cluster_addresses(), ns))
        text += fmt::format("{}={}\n", name, value);
    return text;
}

// The order and the names are those of pkg/kubelet/envvars/envvars_test.go.
TEST(Environment, TwoNamedPorts) {
    EXPECT_EQ(environment_of("{apiVersion: v1, kind: Service, metadata: {name: my-kubia}, spec: {clusterIP: 127.8.8.8, "
                             "ports: [{name: http-port, port: 80}, {name: dns, port: 53, protocol: UDP}]}}"),
              "MY_KUBIA_SERVICE_HOST=127.8.8.8\n"
              "MY_KUBIA_SERVICE_PORT=80\n"
              "MY_KUBIA_SERVICE_PORT_HTTP_PORT=80\n"
              "MY_KUBIA_SERVICE_PORT_DNS=53\n"
              "MY_KUBIA_PORT=tcp://127.8.8.8:80\n"
              "MY_KUBIA_PORT_80_TCP=tcp://127.8.8.8:80\n"
              "MY_KUBIA_PORT_80_TCP_PROTO=tcp\n"
              "MY_KUBIA_PORT_80_TCP_PORT=80\n"
              "MY_KUBIA_PORT_80_TCP_ADDR=127.8.8.8\n"
              "MY_KUBIA_PORT_53_UDP=udp://127.8.8.8:53\n"
              "MY_KUBIA_PORT_53_UDP_PROTO=udp\n"
              "MY_KUBIA_PORT_53_UDP_PORT=53\n"
              "MY_KUBIA_PORT_53_UDP_ADDR=127.8.8.8\n");
}

TEST(Environment, UnnamedPortHasNoNamedVariable) {
    EXPECT_EQ(environment_of("{apiVersion: v1, kind: Service, metadata: {name: kubia}, spec: {clusterIP: 127.8.8.8, "
                             "ports: [{port: 80}]}}"),
              "KUBIA_SERVICE_HOST=127.8.8.8\n"
              "KUBIA_SERVICE_PORT=80\n"
              "KUBIA_PORT=tcp://127.8.8.8:80\n"
              "KUBIA_PORT_80_TCP=tcp://127.8.8.8:80\n"
              "KUBIA_PORT_80_TCP_PROTO=tcp\n"
              "KUBIA_PORT_80_TCP_PORT=80\n"
              "KUBIA_PORT_80_TCP_ADDR=127.8.8.8\n");
}

TEST(Environment, HeadlessAndExternalNamesAreLeftOut) {
    EXPECT_EQ(environment_of("{apiVersion: v1, kind: Service, metadata: {name: headless}, spec: {clusterIP: None, "
                             "ports: [{port: 80}]}}\n---\n"
                             "{apiVersion: v1, kind: Service, metadata: {name: elsewhere}, spec: {type: ExternalName, "
                             "externalName: example.com, ports: [{port: 80}]}}"),
              "");
}

constexpr const char* kTwoNamespaces =
    "{apiVersion: v1, kind: Service, metadata: {name: kubernetes}, spec: {clusterIP: 127.1.1.1, ports: [{port: 443}]}}"
    "\n---\n"
    "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 127.1.1.2, ports: [{port: 80}]}}\n---\n"
    "{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 127.1.1.3, ports: "
    "[{port: 80}]}}";

TEST(Environment, OtherNamespacesSeeTheApiServerOnly) {
    const auto text = environment_of(kTwoNamespaces, "shop");
    EXPECT_TRUE(text.starts_with("KUBERNETES_SERVICE_HOST=127.1.1.1\n")) << text;
    EXPECT_NE(text.find("\nAPI_SERVICE_HOST=127.1.1.3\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("WEB_"), std::string::npos) << text;
}

TEST(Environment, DefaultNamespaceSeesTheApiServerOnce) {
    const auto text = environment_of(kTwoNamespaces);
    const auto first = text.find("KUBERNETES_SERVICE_HOST=");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(text.find("KUBERNETES_SERVICE_HOST=", first + 1), std::string::npos);
}

}  // namespace
}  // namespace fairway::ingress::test
