// Where the API server is, from a kubeconfig, a pod, or a URL.
#include "k8s-client/api/client_config.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace fairway::k8s {
namespace {

using testing::HasSubstr;

class ClientConfigTest : public testing::Test {
protected:
    ClientConfigTest() {
        std::string name = (std::filesystem::temp_directory_path() / "client_config_XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~ClientConfigTest() override { std::filesystem::remove_all(folder); }

    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
        return folder / name;
    }

    std::filesystem::path folder;
};

constexpr const char* kKubeconfig = R"(apiVersion: v1
kind: Config
current-context: admin
contexts:
- name: admin
  context: {cluster: here, user: admin, namespace: shop}
- name: certificate
  context: {cluster: plain, user: certificate}
- name: program
  context: {cluster: here, user: program}
- name: lost
  context: {cluster: nowhere, user: admin}
clusters:
- name: here
  cluster: {server: "https://198.51.100.7:6443/prefix/", certificate-authority-data: Q0E=, tls-server-name: api.example}
- name: plain
  cluster: {server: "https://[2001:db8::1]", certificate-authority: ca.crt, insecure-skip-tls-verify: true}
users:
- name: admin
  user: {token: secret-token}
- name: certificate
  user: {client-certificate-data: Q1JU, client-key: client.key}
- name: program
  user: {exec: {command: aws}}
)";

TEST_F(ClientConfigTest, KubeconfigOfItsCurrentContext) {
    const auto config = kubeconfig(write("config", kKubeconfig));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->host, "198.51.100.7");
    EXPECT_EQ(config->port, 6443);
    EXPECT_EQ(config->path_prefix, "/prefix");
    EXPECT_EQ(config->ca_pem, "CA");
    EXPECT_EQ(config->server_name, "api.example");
    EXPECT_EQ(config->token, "secret-token");
    EXPECT_EQ(config->default_namespace, "shop");
    EXPECT_FALSE(config->insecure_skip_verify);
    EXPECT_EQ(config->url(), "https://198.51.100.7:6443/prefix");
}

TEST_F(ClientConfigTest, KubeconfigWithFilesBesideIt) {
    write("ca.crt", "the CA");
    write("client.key", "the key");
    const auto config = kubeconfig(write("config", kKubeconfig), "certificate");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->url(), "https://[2001:db8::1]:443");
    EXPECT_EQ(config->ca_pem, "the CA");
    EXPECT_EQ(config->certificate_pem, "CRT");
    EXPECT_EQ(config->key_pem, "the key");
    EXPECT_TRUE(config->insecure_skip_verify);
}

struct Wrong {
    const char* name;
    const char* text;  // nullptr: kKubeconfig
    const char* context;
    const char* says;
};
class WrongKubeconfig : public ClientConfigTest, public testing::WithParamInterface<Wrong> {};
TEST_P(WrongKubeconfig, SaysWhatIsMissing) {
    const auto& wrong = GetParam();
    const auto config = kubeconfig(write("config", wrong.text != nullptr ? wrong.text : kKubeconfig), wrong.context);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, HasSubstr(wrong.says));
    EXPECT_THAT(config.error().message, testing::Not(HasSubstr("secret-token")));
}
INSTANTIATE_TEST_SUITE_P(Files, WrongKubeconfig,
                         testing::Values(Wrong{"UnknownContext", nullptr, "other", "has no context \"other\""},
                                         Wrong{"UnknownCluster", nullptr, "lost", "has no cluster \"nowhere\""},
                                         Wrong{"Program", nullptr, "program", "exec is not supported"},
                                         Wrong{"MissingFile", nullptr, "certificate",
                                               "certificate-authority: cannot read ca.crt"},
                                         Wrong{"Empty", "", "", "is empty"},
                                         Wrong{"NoContext", "kind: Config", "", "has no current-context"},
                                         Wrong{"NoYaml", "a: [", "", "config:"}),
                         [](const auto& wrong) { return wrong.param.name; });

TEST_F(ClientConfigTest, UrlsOfApiServers) {
    EXPECT_EQ(config_of_url("http://127.0.0.1:8001")->url(), "http://127.0.0.1:8001");
    EXPECT_EQ(config_of_url("https://api.example/")->url(), "https://api.example:443");
    for (const char* wrong :
         {"", "127.0.0.1:8001", "ftp://a", "https://", "https://a?b", "https://u:p@a", "https://a:0"})
        EXPECT_FALSE(config_of_url(wrong)) << wrong;
}

TEST_F(ClientConfigTest, ServiceAccountOfAPod) {
    write("ca.crt", "the CA");
    write("token", "secret-token");
    write("namespace", "ingress\n");
    const auto variable = [](const char* name) -> std::optional<std::string> {
        return std::string_view(name) == "KUBERNETES_SERVICE_HOST" ? "fd00::1" : "443";
    };
    const auto config = in_cluster_config(variable, folder);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->url(), "https://[fd00::1]:443");
    EXPECT_EQ(config->ca_pem, "the CA");
    EXPECT_EQ(config->default_namespace, "ingress");
    EXPECT_EQ(config->token_file, folder / "token");

    std::filesystem::remove(folder / "token");
    EXPECT_THAT(in_cluster_config(variable, folder).error().message, HasSubstr("automountServiceAccountToken"));
    const auto outside = in_cluster_config([](const char*) { return std::nullopt; }, folder);
    EXPECT_THAT(outside.error().message, HasSubstr("--kubeconfig"));
}

TEST(ClientConfigAuthority, HasBracketsAroundIpv6AndThePortUnlessItIsTheUsualOne) {
    const auto authority = [](const char* url) { return config_of_url(url)->authority(); };
    EXPECT_EQ(authority("https://[2001:db8::1]:6443"), "[2001:db8::1]:6443");
    EXPECT_EQ(authority("https://[2001:db8::1]"), "[2001:db8::1]");
    EXPECT_EQ(authority("https://api.example:443"), "api.example");
    EXPECT_EQ(authority("http://198.51.100.7:8001"), "198.51.100.7:8001");
}

}  // namespace
}  // namespace fairway::k8s
