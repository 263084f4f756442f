#include "ingress/reports/resource.hpp"

#include <algorithm>
#include <array>

namespace fairway::ingress {

namespace {

constexpr std::array kResources = {
    ResourceInfo{Resource::ingresses, "ingresses", "ingress", "ing", "Ingress", "networking.k8s.io/v1",
                 "networking.k8s.io"},
    ResourceInfo{Resource::services, "services", "service", "svc", "Service", "v1", ""},
    // The one kind whose singular is its plural.
    ResourceInfo{Resource::endpoints, "endpoints", "endpoints", "ep", "Endpoints", "v1", ""},
    ResourceInfo{Resource::pods, "pods", "pod", "po", "Pod", "v1", ""},
    ResourceInfo{Resource::certificates, "certificates", "certificate", "cert", "Certificate", "fairway/v1", "fairway"},
    ResourceInfo{Resource::routes, "routes", "route", "", "Route", "fairway/v1", "fairway"},
};

bool same_word(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::span<const ResourceInfo> all_resources() noexcept { return kResources; }

const ResourceInfo& info_of(Resource resource) noexcept {
    return *std::ranges::find(kResources, resource, &ResourceInfo::resource);
}

const ResourceInfo* find_resource(std::string_view word) noexcept {
    if (word.empty()) return nullptr;
    for (const ResourceInfo& info : kResources)
        for (const std::string_view name : {info.plural, info.singular, info.short_name})
            if (same_word(word, name)) return &info;
    return nullptr;
}

}  // namespace fairway::ingress
