// The manifests that `fairway demo` serves.
#pragma once

#include <vector>

#include "ingress/engine.hpp"
#include "tls/make_certificate.hpp"

namespace fairway::app {

class KubiaPods;

/// examples/kubia/ingress.yaml and service.yaml, as they were at build time.
std::vector<ingress::BuiltInManifest> kubia_manifests();

/// The Endpoints of Service kubia-nodeport: in place of endpoints.yaml, whose ports may not be free here.
ingress::BuiltInManifest kubia_endpoints(const KubiaPods& pods);

/// The Secret tls-secret, in place of secret.yaml, whose private key is public.
ingress::BuiltInManifest kubia_secret(const tls::CertificatePem& certificate);

}  // namespace fairway::app
