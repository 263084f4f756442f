// Service notices: what of a Service or its Pods has no effect here, or keeps a Pod out, whoever uses the Service.
#pragma once

#include <vector>

#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"
#include "ingress/options.hpp"

namespace fairway::ingress {

std::vector<Diagnostic> service_notices(const ObjectStore& store, const k8s::Service& service,
                                        const TranslationOptions& options);

}  // namespace fairway::ingress
