#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

void read_upstream_timeouts(SettingReader& settings, routing::UpstreamTimeouts& timeouts) {
    const auto at_least_one = [](std::string_view text) { return parse_seconds(text, 1); };
    settings.read("proxy-connect-timeout", timeouts.connect, at_least_one);
    settings.read("proxy-send-timeout", timeouts.send, at_least_one);
    settings.read("proxy-read-timeout", timeouts.read, at_least_one);
}

}  // namespace fairway::ingress
