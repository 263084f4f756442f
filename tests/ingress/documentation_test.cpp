// docs/annotations.md and docs/configmap.md are what the tables say; FAIRWAY_UPDATE_GOLDEN=1 writes them.
#include <gtest/gtest.h>

#include "ingress/annotations/descriptors.hpp"
#include "ingress/configmap/descriptors.hpp"
#include "translation/golden.hpp"

namespace fairway::ingress::test {
namespace {

const std::filesystem::path kDocs = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "docs";

TEST(Documentation, AnnotationsAreAsTheTableSays) {
    expect_golden(kDocs / "annotations.md", annotation_documentation());
}

TEST(Documentation, ConfigMapKeysAreAsTheTableSays) {
    expect_golden(kDocs / "configmap.md", configmap_documentation());
}

}  // namespace
}  // namespace fairway::ingress::test
