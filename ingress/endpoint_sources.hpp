// Endpoint sources: everything that decides which addresses stand behind a Service.
#pragma once

#include "ingress/object_store.hpp"
#include "ingress/pod_readiness.hpp"

namespace fairway::ingress {

/// All outlive whoever holds this.
struct EndpointSources {
    const ObjectStore& store;
    const PodReadiness& readiness;
};

}  // namespace fairway::ingress
