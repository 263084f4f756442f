// The controller's ConfigMap, turned into settings of the data plane, of TLS and defaults of every Ingress.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "ingress/acceptance.hpp"
#include "ingress/annotations/parse.hpp"
#include "ingress/annotations/references.hpp"
#include "ingress/diagnostics.hpp"
#include "routing/service_listener.hpp"
#include "routing/settings.hpp"
#include "tls/server_config.hpp"

namespace fairway::ingress {

struct ConfigMapSettings {
    routing::Settings data_plane;
    tls::ServerSettings tls;
    PolicyDefaults defaults;
    routing::StreamPolicy streams;
    std::vector<std::string> no_tls_redirect_locations{"/.well-known/acme-challenge"};
    std::vector<std::string> no_auth_locations{"/.well-known/acme-challenge"};
    std::vector<IpAddress> bind_addresses;         ///< bind-address, disable-ipv6; empty: all
    std::optional<k8s::ObjectName> dh_parameters;  ///< ssl-dh-param: the Secret; TLS has them once it is loaded
    std::optional<ServerUrl> trace_collector;      ///< otlp-collector-host, -port
    bool disable_ipv6_dns = false;
    bool ocsp = false;                       ///< enable-ocsp
    bool upstream_tls_per_location = false;  ///< proxy-ssl-location-only
    bool strict_path_types = true;           ///< strict-validate-path-type
    bool geoip2 = false;                     ///< use-geoip2
    std::chrono::minutes geoip2_reload{0};   ///< geoip2-autoreload-in-minutes; 0: never
    AcceptanceRules acceptance;
};

/// ingress-nginx's defaults: what holds without a ConfigMap.
ConfigMapSettings default_configmap_settings();

/// Never fails: what cannot be used keeps its default and is reported, as are unknown keys.
/// @param references  for the ConfigMaps that keys name.
ConfigMapSettings parse_configmap(const k8s::ConfigMap& map, References& references,
                                  std::vector<Diagnostic>& diagnostics);

}  // namespace fairway::ingress
