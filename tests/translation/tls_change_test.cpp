// Secrets that come, change and go while their Ingresses stay.
#include <gtest/gtest.h>

#include <map>

#include "tls/server_config.hpp"
#include "translation/golden.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

/// The Secrets of cases/tls, by name, as manifests.
std::map<std::string, std::string> secrets() {
    const auto input = read_text(std::filesystem::path(FAIRWAY_SOURCE_DIR) / "tests/translation/cases/tls/input.yaml");
    std::map<std::string, std::string> found;
    for (std::size_t begin = 0; begin < input.size();) {
        const auto end = std::min(input.find("\n---\n", begin), input.size());  // PEM has dashes, too
        const auto document = input.substr(begin, end - begin) + "\n";
        const auto name = document.find("{name: ");
        if (document.find("kind: Secret") != std::string::npos)
            found[document.substr(name + 7, document.find('}', name) - name - 7)] = document;
        begin = end + 5;
    }
    return found;
}

/// `manifest` under another name.
std::string renamed(std::string manifest, const std::string& from, const std::string& to) {
    return manifest.replace(manifest.find("{name: " + from), 7 + from.size(), "{name: " + to);
}

constexpr const char* kIngress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  "
                                 "tls: [{hosts: [shop.example.com], secretName: cert}]\n"
                                 "  rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, "
                                 "backend: {service: {name: web, port: {number: 80}}}}]}}]\n";

class TlsChange : public testing::Test {
protected:
    TlsChange() {
        bench.put("ingress.yaml", kIngress);
        bench.put("other.yaml", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: other}\nspec:\n"
                                "  rules: [{host: other.example.org, http: {paths: [{path: /, pathType: Prefix, "
                                "backend: {service: {name: web, port: "
                                "{number: 80}}}}]}}]\n");
    }
    void put_secret(const std::string& which) { bench.put("secret.yaml", renamed(all.at(which), which, "cert")); }

    /// Subject of what shop.example.com is served with.
    std::string subject() {
        snapshot = bench.translate();
        const auto* choice = snapshot->tls->certificates().select("shop.example.com");
        if (choice == nullptr) return "default";
        return (choice->ecdsa ? choice->ecdsa : choice->rsa)->subject();
    }
    bool says(const std::string& reason) const {
        for (const auto& diagnostic : bench.report().diagnostics)
            if (diagnostic.reason == reason) return true;
        return false;
    }

    std::map<std::string, std::string> all = secrets();
    Workbench bench;
    std::shared_ptr<const routing::Snapshot> snapshot;
};

constexpr const char* kFake = "CN=Fairway Fake Certificate,O=Fairway";

TEST_F(TlsChange, SecretThatAppearsLaterRepairsItsHost) {
    EXPECT_EQ(subject(), kFake);
    EXPECT_TRUE(says("SecretNotFound"));
    EXPECT_TRUE(snapshot->routes->host("shop.example.com")->has_certificate());
    put_secret("shop-ec");
    EXPECT_EQ(subject(), "CN=shop ec");
    EXPECT_FALSE(says("SecretNotFound"));
}

TEST_F(TlsChange, NewVersionIsServedAndOtherHostsAreUntouched) {
    put_secret("shop-ec");
    ASSERT_EQ(subject(), "CN=shop ec");
    const auto before = snapshot;
    put_secret("shop-rsa");
    EXPECT_EQ(subject(), "CN=shop rsa");
    EXPECT_EQ(before->routes->host("other.example.org"), snapshot->routes->host("other.example.org"));
    EXPECT_EQ(before->endpoints, snapshot->endpoints);
}

TEST_F(TlsChange, UnusableVersionKeepsTheLastGoodOne) {
    put_secret("shop-ec");
    ASSERT_EQ(subject(), "CN=shop ec");
    put_secret("mismatch");
    EXPECT_EQ(subject(), "CN=shop ec");
    EXPECT_TRUE(says("CertificateUnusable"));
    put_secret("shop-rsa");
    EXPECT_EQ(subject(), "CN=shop rsa");
    EXPECT_FALSE(says("CertificateUnusable"));
}

TEST_F(TlsChange, DeletedSecretMeansTheDefaultCertificate) {
    put_secret("shop-ec");
    ASSERT_EQ(subject(), "CN=shop ec");
    bench.remove("secret.yaml");
    EXPECT_EQ(subject(), kFake);
    put_secret("mismatch");
    EXPECT_EQ(subject(), kFake);
}

TEST_F(TlsChange, UnrelatedSecretChangesNothing) {
    put_secret("shop-ec");
    ASSERT_EQ(subject(), "CN=shop ec");
    const auto before = snapshot;
    bench.put("unrelated.yaml", all.at("old"));
    EXPECT_EQ(bench.translate(), before);
}

TEST_F(TlsChange, HostWithoutTlsSectionHasNoEntry) {
    put_secret("shop-ec");
    ASSERT_EQ(subject(), "CN=shop ec");
    std::string plain = kIngress;
    const auto tls = plain.find("  tls:");
    plain.erase(tls, plain.find('\n', tls) + 1 - tls);
    bench.put("ingress.yaml", plain);
    EXPECT_EQ(subject(), "default");
    EXPECT_FALSE(snapshot->routes->host("shop.example.com")->has_certificate());
}

}  // namespace
}  // namespace fairway::ingress::test
