// What a file holds: documents, lists, kinds and API versions, and what is refused.
#include "k8s-client/objects/decode.hpp"

#include <gmock/gmock.h>

namespace fairway::k8s {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <class T>
const T& only(const Decoded& decoded) {
    EXPECT_THAT(decoded.objects, SizeIs(1));
    return std::get<T>(decoded.objects.at(0));
}

std::vector<std::string> texts(const Decoded& decoded) {
    std::vector<std::string> out;
    for (const auto& complaint : decoded.complaints) out.push_back(complaint.to_string());
    return out;
}

TEST(Decode, ReadsTheIngressOfTheNotes) {
    const auto decoded = decode(R"(apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: kubia
spec:
  rules:
  - host: kubia.example.com
    http:
      paths:
      - path: /
        backend:
          serviceName: kubia-nodeport
          servicePort: 80
)",
                                "kubia.yaml");
    EXPECT_THAT(texts(decoded), IsEmpty());
    EXPECT_FALSE(decoded.truncated);
    const auto& ingress = only<Ingress>(decoded);
    EXPECT_EQ(ingress.meta.name, (ObjectName{"default", "kubia"}));
    EXPECT_EQ(ingress.meta.where.to_string(), "kubia.yaml:1:1");
    ASSERT_THAT(ingress.rules, SizeIs(1));
    EXPECT_EQ(ingress.rules[0].host, "kubia.example.com");
    ASSERT_THAT(ingress.rules[0].paths, SizeIs(1));
    const auto& path = ingress.rules[0].paths[0];
    EXPECT_EQ(path.path, "/");
    EXPECT_EQ(path.type, PathType::implementation_specific);
    EXPECT_EQ(path.field, "spec.rules[0].http.paths[0]");
    EXPECT_EQ(path.where.to_string(), "kubia.yaml:10:9");
    EXPECT_EQ(path.backend.service, "kubia-nodeport");
    EXPECT_EQ(path.backend.port, IntOrString{80});
    EXPECT_EQ(path.backend.where.to_string(), "kubia.yaml:12:11");
}

}  // namespace
}  // namespace fairway::k8s
