// IP families of a Service: which addresses of its Pods and slices take its traffic.
#pragma once

#include "base/ip_address.hpp"
#include "k8s-client/objects/service.hpp"

namespace fairway::ingress {

struct IpFamilies {
    bool v4 = true;
    bool v6 = true;
    bool primary_only = false;  ///< of each Pod only the first address

    bool include(const IpAddress& address) const noexcept { return address.v6 ? v6 : v4; }
};

/// Service spec.ipFamilies and spec.ipFamilyPolicy. PreferDualStack and RequireDualStack: both families. SingleStack, or
/// no policy: the first of ipFamilies. SingleStack without ipFamilies: the family of clusterIP, and when there is none
/// either the first address of each Pod. Neither field: every address. A cluster would fill the fields in by its own
/// configuration; files have no such default, so only what they say narrows the choice.
IpFamilies ip_families(const k8s::Service& service);

}  // namespace fairway::ingress
