// The table of kinds that Fairway reads: their API versions, scope and decoder.
#pragma once

#include <span>
#include <string_view>

#include "k8s-client/objects/decode.hpp"
#include "k8s-client/objects/fields.hpp"

namespace fairway::k8s {

enum class Scope { namespaced, cluster };
/// What the API server accepts as an object's metadata.name.
enum class NameSyntax { dns_label, dns_subdomain };

struct Kind {
    std::string_view name;
    std::span<const std::string_view> api_versions;  ///< the one to write first
    Scope scope = Scope::namespaced;
    NameSyntax name_syntax = NameSyntax::dns_subdomain;
    /// Everything but metadata. Complaints go to the field's report; after an error the result is not used.
    Object (*decode)(const Field& root, std::string_view api_version) = nullptr;
};

std::span<const Kind> all_kinds() noexcept;
/// nullptr: a kind that Fairway does not read.
const Kind* find_kind(std::string_view name) noexcept;

/// metadata of any kind; sets the name in the report as soon as it is known.
ObjectMeta decode_meta(const Field& root, const Kind& kind, const std::string& default_namespace);

Object decode_ingress(const Field& root, std::string_view api_version);
Object decode_ingress_class(const Field& root, std::string_view api_version);
Object decode_service(const Field& root, std::string_view api_version);
Object decode_endpoints(const Field& root, std::string_view api_version);
Object decode_endpoint_slice(const Field& root, std::string_view api_version);
Object decode_secret(const Field& root, std::string_view api_version);
Object decode_config_map(const Field& root, std::string_view api_version);
Object decode_pod(const Field& root, std::string_view api_version);
Object decode_namespace(const Field& root, std::string_view api_version);
Object decode_node(const Field& root, std::string_view api_version);

/// A probe of a container; absent when the container has none of that kind.
/// @param key  "readinessProbe", "startupProbe" or "livenessProbe".
std::optional<Probe> decode_probe(const Field& container, std::string_view key);

/// status.loadBalancer.ingress of a Service or an Ingress.
std::vector<LoadBalancerAddress> decode_load_balancer_status(const Field& root);

/// protocol of a port: TCP when absent.
Protocol decode_protocol(const Field& port);

}  // namespace fairway::k8s
