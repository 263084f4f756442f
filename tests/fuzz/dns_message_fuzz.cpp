// DNS messages: whatever comes, the reply is bounded, is a reply, and has the query's id.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "ingress/discovery/dns_message.hpp"
#include "translation/workbench.hpp"

namespace {

using namespace fairway::ingress;

struct World {
    World() : bench(options()) {
        bench.put("world.yaml", R"(
{apiVersion: v1, kind: Service, metadata: {name: kubia}, spec: {ports: [{name: http, port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: headless}, spec: {clusterIP: None, ports: [{name: http, port: 80}]}}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: headless}, subsets: [{addresses: [{ip: 10.0.0.1}, {ip: 10.0.0.2}], ports: [{name: http, port: 80}]}]}
---
{apiVersion: v1, kind: Service, metadata: {name: ring}, spec: {type: ExternalName, externalName: ring.default.svc.cluster.local}}
)");
        bench.translate();
    }
    static TranslationOptions options() {
        auto options = test::standalone_options();
        options.services = true;
        return options;
    }
    test::Workbench bench;
    PodReadiness readiness;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    static const Zone zone(
        {{world.bench.store(), world.readiness}, world.bench.translator().cluster_addresses(), "cluster.local", ""});
    for (const auto transport : {DnsTransport::udp, DnsTransport::tcp}) {
        const auto reply = answer_dns_message(std::span(data, size), zone, transport);
        if (!reply) continue;
        const auto limit = transport == DnsTransport::udp ? kMaxUdpReplyBytes : 65535;
        if (reply->size() < 12 || reply->size() > limit) std::abort();
        if ((*reply)[0] != data[0] || (*reply)[1] != data[1] || ((*reply)[2] & 0x80) == 0) std::abort();
    }
    return 0;
}
