// What the command line says about the meaning of objects; names and defaults are ingress-nginx's flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "k8s-client/objects/meta.hpp"

namespace fairway::ingress {

/// A port that Fairway itself listens on, so that no Service can have it.
struct ReservedPort {
    std::uint16_t port = 0;
    std::string flag;                  ///< that chooses it: "--http-port"
    std::optional<IpAddress> address;  ///< absent: every address, or those of bind-address
    bool tcp = true;
    bool udp = false;
};

struct TranslationOptions {
    std::string ingress_class = "nginx";                    ///< --ingress-class
    std::string controller_class = "k8s.io/ingress-nginx";  ///< --controller-class
    bool ingress_class_by_name = false;                     ///< --ingress-class-by-name
    bool watch_ingress_without_class = false;               ///< run and demo set it
    std::string watch_namespace;                            ///< --watch-namespace; empty: all
    std::string watch_namespace_selector;                   ///< --watch-namespace-selector; empty: all
    bool topology_aware_routing = false;                    ///< --enable-topology-aware-routing
    bool disable_catch_all = false;                         ///< --disable-catch-all
    bool deep_inspect = true;                               ///< --deep-inspect
    bool validate_annotations = true;                       ///< --enable-annotation-validation
    /// A class that no IngressClass object describes is nobody's. Set in a cluster; in files such objects are rare, and
    /// the name of the class decides.
    bool class_objects_decide = false;
    /// They may not be read, so that spec.ingressClassName says nothing and the annotation alone counts, as in ingress-nginx.
    bool class_objects_denied = false;
    bool disable_service_external_name = false;  ///< --disable-svc-external-name
    std::string annotations_prefix = "nginx.ingress.kubernetes.io";
    std::optional<k8s::ObjectName> configmap;                       ///< --configmap
    std::optional<k8s::ObjectName> default_ssl_certificate;         ///< --default-ssl-certificate
    std::optional<k8s::ObjectName> default_backend_service;         ///< --default-backend-service
    std::string geoip_directory = "/etc/ingress-controller/geoip";  ///< --geoip-directory; empty: is not looked at
    bool ssl_passthrough = false;                                   ///< --enable-ssl-passthrough
    bool services = false;                                          ///< --services
    IpAddress service_address{.bytes = {127, 0, 0, 1}};             ///< --service-address
    std::string cluster_domain = "cluster.local";                   ///< --cluster-domain, without a final dot
    std::optional<k8s::ObjectName> tcp_services_configmap;          ///< --tcp-services-configmap
    std::optional<k8s::ObjectName> udp_services_configmap;          ///< --udp-services-configmap
    std::vector<ReservedPort> reserved_ports;                       ///< of the process that will serve; empty for lint
    std::string health_check_path = "/healthz";                     ///< --health-check-path
    std::uint16_t public_https_port = 443;                          ///< what redirects call the TLS listener
};

/// "namespace/name", as the flags that name an object take it. Errors: anything else, quoted.
Result<k8s::ObjectName> parse_object_name(std::string_view text);

/// A DNS name in lower case such as "cluster.local", as --cluster-domain takes it; a final dot is dropped.
Result<std::string> parse_cluster_domain(std::string_view text);

}  // namespace fairway::ingress
