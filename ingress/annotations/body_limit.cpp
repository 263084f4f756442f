#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

void read_body_limit(SettingReader& settings, routing::BodyLimit& limit) {
    settings.read("proxy-body-size", limit.max_bytes, parse_size);
}

}  // namespace fairway::ingress
