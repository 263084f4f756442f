// Resources: the kinds that reports are about, and the words that people have for them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fairway::ingress {

enum class Resource : std::uint8_t { ingresses, services, endpoints, pods, certificates, routes };

struct ResourceInfo {
    Resource resource = Resource::ingresses;
    std::string_view plural;       ///< "services": what paths of the admin API say
    std::string_view singular;     ///< "service"
    std::string_view short_name;   ///< "svc", as kubectl has it; empty: none
    std::string_view kind;         ///< "Service"
    std::string_view api_version;  ///< "v1"; those that Kubernetes does not have are of "fairway/v1"
    std::string_view group;        ///< "networking.k8s.io"; empty: the core group
};

/// In the order of help texts.
std::span<const ResourceInfo> all_resources() noexcept;
const ResourceInfo& info_of(Resource resource) noexcept;

/// By plural, singular or short name, in any case; nullptr for any other word.
const ResourceInfo* find_resource(std::string_view word) noexcept;

}  // namespace fairway::ingress
