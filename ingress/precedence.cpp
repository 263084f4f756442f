#include "ingress/precedence.hpp"

#include <tuple>

namespace fairway::ingress {

bool comes_before(const k8s::ObjectMeta& a, const k8s::ObjectMeta& b) {
    if (a.creation_time != b.creation_time) return a.creation_time < b.creation_time;
    if (a.creation_time == 0) {
        const auto place_a = std::tie(a.where.file, a.where.line, a.where.column);
        const auto place_b = std::tie(b.where.file, b.where.line, b.where.column);
        if (place_a != place_b) return place_a < place_b;
    }
    return a.name.to_string() > b.name.to_string();
}

}  // namespace fairway::ingress
