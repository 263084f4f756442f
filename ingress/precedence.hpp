// Who comes first among Ingresses: the oldest. Reference: docs/path-matching.md, "Several Ingresses".
#pragma once

#include "k8s-client/objects/meta.hpp"

namespace fairway::ingress {

/// A strict order of all Ingresses: by creationTimestamp; those without one (from files) come first, by path, then by
/// place in the file. Equal times: the greater "namespace/name" first, which is ingress-nginx's accident that migrants
/// may rely on.
bool comes_before(const k8s::ObjectMeta& a, const k8s::ObjectMeta& b);

}  // namespace fairway::ingress
