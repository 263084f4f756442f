// appProtocol of a Service port, EndpointSlice port or Endpoints port: what its endpoints speak.
#pragma once

#include <string>
#include <string_view>

#include "routing/policy/upstream_protocol.hpp"

namespace fairway::ingress {

/// Names of Kubernetes (KEP-3726: kubernetes.io/h2c, kubernetes.io/ws, kubernetes.io/wss) and of IANA (http, https), and
/// grpc, in any case. Everything else, and nothing, is http: the names are free text that many tools read.
/// Source: Service spec.ports[].appProtocol.
routing::UpstreamProtocol protocol_of(std::string_view app_protocol);

/// For a name that clearly asks for something else than the HTTP/1.1 that it gets: what to write instead. Empty otherwise.
std::string app_protocol_advice(std::string_view app_protocol);

}  // namespace fairway::ingress
