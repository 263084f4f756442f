// What an Ingress and the ConfigMap of settings refer to by name, and what is kept for that reason.
#include "ingress/object_needs.hpp"

#include <gmock/gmock.h>

#include "ingress/cluster/secret_keeper.hpp"
#include "ingress/label_selector.hpp"

namespace fairway::ingress {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

template <class T>
T decode_one(const std::string& manifest) {
    auto decoded = k8s::decode(manifest, "", "shop");
    EXPECT_EQ(decoded.objects.size(), 1U);
    return std::get<T>(std::move(decoded.objects.at(0)));
}

ObjectKey secret(const char* ns, const char* name) { return {"Secret", {ns, name}}; }
ObjectKey map(const char* ns, const char* name) { return {"ConfigMap", {ns, name}}; }

TEST(ObjectNeeds, AreTheSecretsAndConfigMapsThatAnIngressNames) {
    const auto ingress = decode_one<k8s::Ingress>(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
        "spec: {tls: [{hosts: [a.example], secretName: tls}, {}], rules: [{host: a.example}]}\n");
    EXPECT_THAT(needs_of(ingress, {map("x", "headers"), secret("shop", "tls"), map("x", "headers")}),
                UnorderedElementsAre(secret("shop", "tls"), map("x", "headers")));
}

TEST(ObjectNeeds, AreTheConfigMapsAndSecretsThatSettingsName) {
    const auto settings = decode_one<k8s::ConfigMap>(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
        "data: {add-headers: x/out, proxy-set-headers: in, ssl-dh-param: x/dh, proxy-body-size: 1m}\n");
    EXPECT_THAT(needs_of(settings), UnorderedElementsAre(map("x", "out"), map("shop", "in"), secret("x", "dh")));
}

TEST(ObjectNeeds, TellWhenTheFirstUserComesAndTheLastOneGoes) {
    ObjectNeeds needs;
    const ObjectKey one{"Ingress", {"x", "one"}};
    const ObjectKey two{"Ingress", {"x", "two"}};
    needs.replace(one, {map("x", "a"), map("x", "b")});
    needs.replace(two, {map("x", "a")});
    EXPECT_THAT(needs.take_changed(), ElementsAre(map("x", "a"), map("x", "b")));
    needs.replace(one, {map("x", "c")});
    EXPECT_THAT(needs.take_changed(), ElementsAre(map("x", "b"), map("x", "c")));
    needs.replace(one, {});
    needs.replace(one, {map("x", "c")});
    needs.replace(two, {});
    EXPECT_THAT(needs.take_changed(), ElementsAre(map("x", "a")));
    EXPECT_FALSE(needs.needs(map("x", "a")));
    EXPECT_TRUE(needs.needs(map("x", "c")));
    EXPECT_THAT(needs.take_changed(), IsEmpty());
}

k8s::Decoded two_secrets() {
    return k8s::decode("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {k: v}\n---\n"
                       "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\ntype: t\nstringData: {k: v}\n",
                       "", "x");
}

TEST(SecretKeeper, KeepsTheContentOfWhatIsNeededOnly) {
    SecretKeeper keeper;
    auto early = two_secrets();
    keeper.sift(early);
    EXPECT_FALSE(std::get<k8s::Secret>(early.objects[1]).withheld) << "nobody knows yet";
    keeper.need({"x", "a"}, true);
    keeper.sort_out();
    auto later = two_secrets();
    keeper.sift(later);
    EXPECT_EQ(std::get<k8s::Secret>(later.objects[0]).data.at("k"), "v");
    const auto& other = std::get<k8s::Secret>(later.objects[1]);
    EXPECT_TRUE(other.withheld && other.data.empty() && other.type == "t" && other.meta.name.name == "b");
    EXPECT_TRUE(keeper.withheld({"x", "b"}) && !keeper.withheld({"x", "a"}));
    keeper.need({"x", "b"}, true);
    auto again = two_secrets();
    keeper.sift(again);
    EXPECT_FALSE(keeper.withheld({"x", "b"}));
    EXPECT_FALSE(std::get<k8s::Secret>(again.objects[1]).data.empty());
}

std::string ingress_of_version(int version, int generation, const std::string& status = "192.0.2.1",
                               const std::string& annotation = "v") {
    return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, uid: u, resourceVersion: \"" +
           std::to_string(version) + "\", generation: " + std::to_string(generation) +
           ", annotations: {a: " + annotation +
           "}}\nspec: {defaultBackend: {service: {name: s, port: {number: 80}}}}\nstatus: {loadBalancer: "
           "{ingress: [{ip: " +
           status + "}]}}\n";
}

TEST(LiveObjects, ThatDifferInTheirStatusAloneAreNoChange) {
    ObjectStore store;
    DiagnosticBook book;
    const auto apply = [&](const std::string& text) { return store.apply_live(k8s::decode(text, "", "x"), book); };
    EXPECT_TRUE(apply(ingress_of_version(1, 1)));
    EXPECT_EQ(store.take_changes().size(), 1U);
    EXPECT_FALSE(apply(ingress_of_version(1, 1))) << "the same version again, as after a relist";
    EXPECT_FALSE(apply(ingress_of_version(2, 1, "192.0.2.2")));
    EXPECT_THAT(store.take_changes(), IsEmpty());
    EXPECT_EQ(store.find<k8s::Ingress>({"x", "web"})->status.at(0).ip, "192.0.2.2") << "but it is known";
    EXPECT_TRUE(apply(ingress_of_version(3, 1, "192.0.2.2", "other")));
    EXPECT_TRUE(apply(ingress_of_version(4, 2, "192.0.2.2", "other")));
    EXPECT_EQ(store.take_changes().size(), 1U);
}

TEST(LabelSelector, IsWhatKubernetesTakes) {
    for (const auto* good : {"", "a", "!a", "a=b", "a==b", "a!=b", "a=", "a in (b,c)", "a notin (b), c=d",
                             "x.io/a=b-c_d.e", "a=b,c", "a>1"})
        EXPECT_TRUE(parse_label_selector(good)) << good;
    for (const auto* bad :
         {"a=b c", ",", "a,", "=b", "a in b", "a in (b", "a within (b)", "-a", "a=b/c", "!", "A/b/c=d"})
        EXPECT_FALSE(parse_label_selector(bad)) << bad;
}

}  // namespace
}  // namespace fairway::ingress
