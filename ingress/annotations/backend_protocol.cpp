#include <array>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/annotations/policies.hpp"

namespace fairway::ingress {

namespace {

struct Word {
    std::string_view text;
    routing::UpstreamProtocol protocol;
};
constexpr std::array<Word, 6> kWords{{{"HTTP", routing::UpstreamProtocol::http},
                                      {"HTTPS", routing::UpstreamProtocol::https},
                                      {"AUTO_HTTP", routing::UpstreamProtocol::auto_http},
                                      {"GRPC", routing::UpstreamProtocol::h2c},
                                      {"GRPCS", routing::UpstreamProtocol::h2},
                                      {"FCGI", routing::UpstreamProtocol::fastcgi}}};
constexpr std::array<std::string_view, 6> kNames{"HTTP", "HTTPS", "AUTO_HTTP", "GRPC", "GRPCS", "FCGI"};

}  // namespace

void read_backend_protocol(SettingReader& settings, routing::RoutePolicy& policy) {
    const auto text = settings.find("backend-protocol");
    if (!text) return;
    for (const auto& word : kWords) {
        if (!ascii::iequals(*text, word.text)) continue;
        policy.protocol = word.protocol;
        return;
    }
    settings.refuse(
        "backend-protocol",
        fmt::format("\"{}\" is not a protocol{}; write HTTP, HTTPS, AUTO_HTTP, GRPC, GRPCS or FCGI. Keeping what "
                    "appProtocol of the Service port says, or else HTTP",
                    *text, did_you_mean(*text, kNames)));
}

}  // namespace fairway::ingress
