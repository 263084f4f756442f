// Object reports: the live objects as people know them from kubectl, in Kubernetes' own JSON: metadata, spec, and a
// status that says what Fairway makes of them. What the admin API serves. Never a Secret's data.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "ingress/endpoint_sources.hpp"
#include "ingress/probes/probed_pods.hpp"
#include "ingress/reports/diagnostic_index.hpp"
#include "ingress/reports/first_seen.hpp"
#include "ingress/reports/resource.hpp"
#include "ingress/translator.hpp"
#include "routing/snapshot.hpp"

namespace fairway::ingress {

/// Where clients reach the Ingresses: the address that their status gives.
struct IngressAddress {
    std::vector<IpAddress> addresses;  ///< empty: every address of this machine
    std::uint16_t http_port = 0;
    std::uint16_t https_port = 0;
};

/// What reports are made of. All outlive the reports.
struct ReportSources {
    EndpointSources endpoints;
    Translator& translator;  ///< not const: it keeps what it loads of certificates
    const DiagnosticBook& book;
    const ProbedPods* probed = nullptr;  ///< null: nobody probes
    const FirstSeen& first_seen;
    std::shared_ptr<const routing::Snapshot> snapshot;
    IngressAddress ingress_address;
};

/// Which objects: all of a resource, of one namespace, or those with a name (one, or all routes of a host).
struct ReportQuery {
    Resource resource = Resource::ingresses;
    std::string ns;    ///< empty: all
    std::string name;  ///< empty: all; needs `ns`
};

/// Yields one object after the other, in order of namespace and name (routes: of host and precedence), then nullopt.
/// Objects may come and go between two calls: each call looks for the one after the last.
using ReportStream = std::function<std::optional<boost::json::object>()>;

ReportStream report_objects(ReportSources sources, const ReportQuery& query);

}  // namespace fairway::ingress
