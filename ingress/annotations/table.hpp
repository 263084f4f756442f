// The rows of the annotation table, as they are written; readers go through descriptors.hpp.
#pragma once

#include <span>
#include <string_view>

#include "ingress/annotations/descriptors.hpp"

namespace fairway::ingress {

struct AnnotationGroup {
    std::string_view title;
    std::span<const AnnotationDescriptor> rows;
};

std::span<const AnnotationGroup> annotation_groups();

}  // namespace fairway::ingress
