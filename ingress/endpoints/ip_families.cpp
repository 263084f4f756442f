#include "ingress/endpoints/ip_families.hpp"

#include <algorithm>

namespace fairway::ingress {

IpFamilies ip_families(const k8s::Service& service) {
    using k8s::IpFamily;
    using k8s::IpFamilyPolicy;
    const auto policy = service.ip_family_policy;
    if (policy == IpFamilyPolicy::prefer_dual_stack || policy == IpFamilyPolicy::require_dual_stack) return {};
    const auto only = [](bool v6) { return IpFamilies{.v4 = !v6, .v6 = v6}; };
    // Two families and no policy can only have been meant as dual stack.
    if (policy == IpFamilyPolicy::unset && service.ip_families.size() > 1) return {};
    if (!service.ip_families.empty()) return only(service.ip_families.front() == IpFamily::v6);
    if (policy == IpFamilyPolicy::unset) return {};
    if (const auto address = IpAddress::parse(service.cluster_ip)) return only(address->v6);
    return {.v4 = true, .v6 = true, .primary_only = true};
}

}  // namespace fairway::ingress
