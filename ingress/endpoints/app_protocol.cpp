#include "ingress/endpoints/app_protocol.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/spelling.hpp"

namespace fairway::ingress {

namespace {

using routing::UpstreamProtocol;

struct Name {
    std::string_view text;
    UpstreamProtocol protocol;
};
constexpr std::array<Name, 6> kNames{{{"http", UpstreamProtocol::http},
                                      {"kubernetes.io/ws", UpstreamProtocol::http},
                                      {"https", UpstreamProtocol::https},
                                      {"kubernetes.io/wss", UpstreamProtocol::https},
                                      {"kubernetes.io/h2c", UpstreamProtocol::h2c},
                                      {"grpc", UpstreamProtocol::h2c}}};

struct Advice {
    std::string_view text;
    std::string_view write;
};
// What service meshes and people write for what Kubernetes spells differently, or for what is no HTTP.
constexpr std::array<Advice, 8> kAdvice{{{"h2c", "kubernetes.io/h2c"},
                                         {"http2", "kubernetes.io/h2c"},
                                         {"ws", "kubernetes.io/ws"},
                                         {"wss", "kubernetes.io/wss"},
                                         {"h2", "https, or annotate the Ingress with backend-protocol: GRPCS"},
                                         {"grpcs", "https, and annotate the Ingress with backend-protocol: GRPCS"},
                                         {"fcgi", "nothing, and annotate the Ingress with backend-protocol: FCGI"},
                                         {"fastcgi", "nothing, and annotate the Ingress with backend-protocol: FCGI"}}};
constexpr std::array<std::string_view, 3> kKubernetesNames{"kubernetes.io/h2c", "kubernetes.io/ws",
                                                           "kubernetes.io/wss"};
constexpr std::string_view kKubernetesPrefix = "kubernetes.io/";

bool is_known(std::string_view app_protocol) {
    return std::ranges::any_of(kNames, [&](const Name& name) { return ascii::iequals(name.text, app_protocol); });
}

}  // namespace

UpstreamProtocol protocol_of(std::string_view app_protocol) {
    for (const auto& name : kNames)
        if (ascii::iequals(name.text, app_protocol)) return name.protocol;
    return UpstreamProtocol::http;
}

std::string app_protocol_advice(std::string_view app_protocol) {
    if (is_known(app_protocol)) return {};
    for (const auto& [text, write] : kAdvice)
        if (ascii::iequals(text, app_protocol)) return fmt::format("write {}", write);
    if (app_protocol.starts_with(kKubernetesPrefix))
        return fmt::format("Kubernetes defines kubernetes.io/h2c, kubernetes.io/ws and kubernetes.io/wss{}",
                           did_you_mean(app_protocol, kKubernetesNames));
    return {};
}

}  // namespace fairway::ingress
