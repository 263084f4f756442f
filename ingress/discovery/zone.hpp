// Zone: what the names of a cluster mean now. A pure look-up over objects, endpoints and cluster addresses, so that every
// answer is as new as they are. Kubernetes DNS-Based Service Discovery, schema version 1.1.0
// (github.com/kubernetes/dns, docs/specification.md).
#pragma once

#include <optional>
#include <string_view>

#include "ingress/discovery/dns_record.hpp"
#include "ingress/endpoint_sources.hpp"
#include "ingress/exposure/cluster_address.hpp"

namespace fairway::ingress {

/// All outlive the Zone.
struct ZoneSources {
    EndpointSources endpoints;
    const ClusterAddresses& cluster_addresses;
    std::string_view domain;           ///< --cluster-domain
    std::string_view watch_namespace;  ///< --watch-namespace; empty: all
};

/// Seconds for which answers may be kept; also those that say no.
inline constexpr std::uint32_t kDnsTtl = 5;

class Zone {
public:
    explicit Zone(const ZoneSources& sources);

    /// Names under <domain>:
    /// - <service>.<ns>.svc: A and AAAA. The Service's loopback address under --services, else its spec.clusterIP, else the
    ///   addresses of its ready endpoints. Headless: always those; none ready: the name does not exist (section 2.4.1).
    ///   ExternalName: CNAME, followed as long as it stays in the zone.
    /// - <hostname>.<service>.<ns>.svc, for headless Services: A and AAAA of the endpoints with that hostname: spec.hostname
    ///   of a Pod whose spec.subdomain is the Service, or hostname in its slice; else the address with dashes.
    /// - _<port>._<protocol>.<service>.<ns>.svc: SRV, one for the Service or one for each endpoint of a headless one.
    /// - <address with dashes>.<ns>.pod: A or AAAA, for any address, in namespaces that have objects (section 2.6).
    /// - dns-version: TXT.
    /// And PTR for the addresses of Services. REFUSED for everything else.
    ZoneAnswer answer(const DnsQuestion& question) const;

private:
    ZoneAnswer reverse(const DnsQuestion& question) const;
    std::optional<k8s::ObjectName> owner_of(const IpAddress& address) const;

    ZoneSources sources_;
    DnsName domain_;
};

}  // namespace fairway::ingress
