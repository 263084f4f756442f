// The annotations of one Ingress, turned into what its routes do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingress/annotations/host_settings.hpp"
#include "ingress/annotations/host_tls.hpp"
#include "ingress/annotations/joint_settings.hpp"
#include "ingress/annotations/references.hpp"
#include "ingress/backend_registry.hpp"
#include "ingress/backend_settings.hpp"
#include "ingress/diagnostics.hpp"
#include "ingress/external_auth.hpp"
#include "ingress/mirror.hpp"
#include "ingress/modsecurity.hpp"
#include "ingress/upstream_tls.hpp"
#include "routing/policy/canary.hpp"
#include "routing/policy/rate_limits.hpp"
#include "routing/policy/tracing.hpp"
#include "routing/route.hpp"

namespace fairway::ingress {

/// --annotations-prefix, unless it says otherwise.
inline constexpr std::string_view kDefaultAnnotationsPrefix = "nginx.ingress.kubernetes.io";

/// What annotations opentelemetry-* begin with.
struct TracingDefaults {
    routing::Tracing tracing;    ///< opentelemetry-trust-incoming-span, opentelemetry-operation-name
    bool has_collector = false;  ///< otlp-collector-host

    bool operator==(const TracingDefaults&) const = default;
};

/// What the ConfigMap gives every Ingress that does not say otherwise.
struct PolicyDefaults {
    routing::RoutePolicy policy;
    routing::LoadBalance load_balance = routing::LoadBalance::round_robin;
    bool service_upstream = false;
    routing::RateLimits rate_limits;  ///< who a client is, and what it is answered; no limits
    std::uint32_t proxy_buffer_bytes = 64 * 1024;
    bool cross_namespace = false;      ///< allow-cross-namespace-resources
    bool validate_annotations = true;  ///< --enable-annotation-validation
    bool drop_snippets = false;        ///< annotations-risk-level Critical without allow-snippet-annotations
    std::optional<ExternalAuthSettings> global_auth;  ///< global-auth-url
    ServiceNames service_names;                       ///< of the cluster: for servers that URLs name
    TracingDefaults tracing;
    ResponseRewriteTexts rewrite_texts;
    ResponseBuffers response_buffers;
    ModSecurityDefaults modsecurity;
    std::vector<std::string> allowed_response_headers;  ///< global-allowed-response-headers

    bool operator==(const PolicyDefaults&) const = default;
};

/// An Ingress with canary: "true": its backends get a share of paths of others, and it adds no paths of its own.
struct CanaryOffer {
    routing::CanaryRule rule;
    bool sticky = true;  ///< affinity-canary-behavior
};

struct IngressSettings {
    routing::RoutePolicy policy;
    std::optional<ExternalAuthSettings>
        external_auth;                               ///< policy.external_auth is still to be made of it, for each host
    std::optional<MirrorSettings> mirror;            ///< policy.mirror is still to be made of it
    std::optional<ModSecuritySettings> modsecurity;  ///< policy.modsecurity is still to be made of it
    std::optional<BackendKey> error_backend;  ///< annotation default-backend; policy.error_pages is still to name it
    BackendSettings backend;
    HostSettings host;
    std::optional<UpstreamTlsSettings> upstream_tls;  ///< policy.upstream_tls is still to be made of it
    std::optional<CanaryOffer> canary;
    HostTlsAnnotations host_tls;
};

/// Diagnostics name the annotation, also those that are unknown or do not act in this version.
/// @param references  for the objects that annotations name.
IngressSettings parse_annotations(const k8s::Ingress& ingress, std::string_view prefix, const PolicyDefaults& defaults,
                                  References& references, std::vector<Diagnostic>& diagnostics);

}  // namespace fairway::ingress
