// The syntax of names, as Kubernetes' own validation has it (k8s.io/apimachinery/pkg/util/validation).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fairway::k8s {

/// Lower-case letters, digits and inner hyphens, at most 63 (RFC 1123 section 2.1): names of Namespaces and Services.
bool is_dns_label(std::string_view text) noexcept;

/// Labels joined by dots, at most 253: names of all other objects, and host names.
bool is_dns_subdomain(std::string_view text) noexcept;

/// Letters, digits, '-', '_' and '.', at most 253, not "." nor starting with "..": keys of Secrets and ConfigMaps.
bool is_config_key(std::string_view text) noexcept;

/// RFC 6335 section 5.1: at most 15 lower-case letters, digits and inner single hyphens, with at least one letter.
bool is_port_name(std::string_view text) noexcept;

/// What is wrong with the host of an Ingress rule and how to mend it; absent when nothing is. A host is a DNS
/// subdomain in lower case, or "*." and one.
std::optional<std::string> why_not_host(std::string_view host);

}  // namespace fairway::k8s
