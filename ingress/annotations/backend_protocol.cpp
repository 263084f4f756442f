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
constexpr std::array<Word, 5> kWords{{{"HTTP", routing::UpstreamProtocol::http},
                                      {"HTTPS", routing::UpstreamProtocol::https},
                                      {"AUTO_HTTP", routing::UpstreamProtocol::auto_http},
                                      {"GRPC", routing::UpstreamProtocol::h2c},
                                      {"GRPCS", routing::UpstreamProtocol::h2}}};
constexpr std::array<std::string_view, 5> kNames{"HTTP", "HTTPS", "AUTO_HTTP", "GRPC", "GRPCS"};

}  // namespace

void read_backend_protocol(SettingReader& settings, routing::RoutePolicy& policy) {
    const auto text = settings.find("backend-protocol");
    if (!text) return;
    for (const auto& word : kWords) {
        if (!ascii::iequals(*text, word.text)) continue;
        policy.protocol = word.protocol;
        return;
    }
    // HTTP would be gibberish to a FastCGI server: say so at once rather than with 502 for each request.
    if (ascii::iequals(*text, "FCGI")) {
        settings.report(
            Severity::error, "backend-protocol",
            "FastCGI is not spoken; put a web server that speaks it before the endpoints. Every path of this "
            "Ingress answers 503",
            "BackendProtocolNotSupported");
        if (policy.denied.empty()) policy.denied = "annotation backend-protocol: FastCGI is not spoken";
        return;
    }
    settings.refuse("backend-protocol",
                    fmt::format("\"{}\" is not a protocol{}; write HTTP, HTTPS, AUTO_HTTP, GRPC or GRPCS. Keeping what "
                                "appProtocol of the Service port says, or else HTTP",
                                *text, did_you_mean(*text, kNames)));
}

}  // namespace fairway::ingress
