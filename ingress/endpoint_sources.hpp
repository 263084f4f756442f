// Endpoint sources: everything that decides which addresses stand behind a Service.
#pragma once

#include "ingress/external_names/name_answers.hpp"
#include "ingress/object_store.hpp"
#include "ingress/pod_readiness.hpp"

namespace fairway::ingress {

/// All outlive whoever holds this.
struct EndpointSources {
    const ObjectStore& store;
    const PodReadiness& readiness;
    /// nullptr: Services of type ExternalName have no endpoints (--disable-svc-external-name).
    const NameAnswers* names = nullptr;
    /// For servers that annotations name by URL; nullptr: nothing is known of them.
    const NameAnswers* url_names = nullptr;
    /// Where we run (node label topology.kubernetes.io/zone): endpoints with hints for it are preferred. nullptr, or
    /// empty: nobody knows, or --enable-topology-aware-routing is not given.
    const std::string* zone = nullptr;
};

}  // namespace fairway::ingress
