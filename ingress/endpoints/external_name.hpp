// Services of type ExternalName: which port and addresses they mean.
#pragma once

#include <string_view>

#include "ingress/service_endpoints.hpp"

namespace fairway::ingress {

/// Service spec.externalName. The port is the targetPort of the Service port that `port` means; a Service need not list
/// any: then `port` itself when it is a number (both as in ingress-nginx). An address instead of a name is used as it is.
/// Refused as in ingress-nginx, because they lead to this machine, and so to ports that are nobody's business: loopback
/// addresses, "localhost" and names below it.
ServiceEndpoints external_endpoints(const NameAnswers* names, const k8s::Service& service, std::string_view port,
                                    k8s::Protocol protocol);

}  // namespace fairway::ingress
