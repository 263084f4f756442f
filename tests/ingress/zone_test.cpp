// The zone by table: a question, and the answer as text.
#include "ingress/discovery/zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "ingress/discovery/address_label.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

constexpr const char* kObjects = R"(
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  ports: [{name: http, port: 80}, {name: https, port: 443}, {name: stats, port: 80, protocol: UDP}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: kubia}
subsets: [{addresses: [{ip: 10.9.0.1}, {ip: "2001:db8::9"}], ports: [{name: http, port: 8080}, {name: https, port: 8443}]}]
---
apiVersion: v1
kind: Service
metadata: {name: unnamed}
spec: {clusterIP: 127.7.7.7, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: written}
spec: {clusterIP: 10.96.0.7, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless, namespace: shop}
spec:
  clusterIP: None
  selector: {app: pet}
  ports: [{name: http, port: 80, targetPort: 8080}, {port: 81, name: admin, targetPort: 8081}]
---
apiVersion: v1
kind: Pod
metadata: {name: pet-0, namespace: shop, labels: {app: pet}}
spec: {hostname: my-pet, subdomain: headless, containers: [{name: c}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: pet-1, namespace: shop, labels: {app: pet}}
spec: {hostname: stranger, subdomain: other, containers: [{name: c}]}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: pet-2, namespace: shop, labels: {app: pet}}
spec: {containers: [{name: c}]}
status: {podIP: 10.0.0.3, conditions: [{type: Ready, status: "False"}]}
---
apiVersion: v1
kind: Service
metadata: {name: unready, namespace: shop}
spec: {clusterIP: None, selector: {app: nobody}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: all-six, namespace: shop}
spec: {clusterIP: None, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: all-six, namespace: shop}
subsets: [{addresses: [{ip: "2001:db8::1"}, {ip: "2001:db8::2", hostname: second}], ports: [{name: http, port: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: no-ports, namespace: shop}
spec: {clusterIP: None, selector: {app: pet}}
---
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: shop}
spec: {type: ExternalName, externalName: www.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec: {type: ExternalName, externalName: kubia.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: dangling, namespace: shop}
spec: {type: ExternalName, externalName: nothing.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: ring, namespace: shop}
spec: {type: ExternalName, externalName: ring.shop.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: number, namespace: shop}
spec: {type: ExternalName, externalName: 192.0.2.9}
)";

std::string data_text(const DnsRecord& record) {
    struct Printer {
        std::string operator()(const IpAddress& address) const { return address.to_string(); }
        std::string operator()(const ServiceTarget& target) const {
            return fmt::format("{} {}", target.port, to_string(target.name));
        }
        std::string operator()(const NameTarget& target) const { return to_string(target.name); }
        std::string operator()(const TextData& data) const { return data.text; }
        std::string operator()(const Authority& authority) const { return to_string(authority.zone); }
    };
    return std::visit(Printer(), record.data);
}

std::string type_text(RecordType type) {
    switch (type) {
        case RecordType::a: return "A";
        case RecordType::aaaa: return "AAAA";
        case RecordType::cname: return "CNAME";
        case RecordType::srv: return "SRV";
        case RecordType::ptr: return "PTR";
        case RecordType::soa: return "SOA";
        case RecordType::txt: return "TXT";
        case RecordType::hinfo: return "HINFO";
        default: return fmt::format("{}", static_cast<int>(type));
    }
}

/// "A 10.0.0.1, A 10.0.0.2", "NODATA", "NXDOMAIN" or "REFUSED"; what is additional after a '+'.
std::string text_of(const ZoneAnswer& answer) {
    if (answer.status == DnsStatus::refused) return "REFUSED";
    std::string text;
    for (const auto& record : answer.answers)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", type_text(record.type), data_text(record));
    for (const auto& record : answer.additional)
        text += fmt::format(" + {} {} {}", to_string(record.name), type_text(record.type), data_text(record));
    if (answer.status == DnsStatus::name_error) text += text.empty() ? "NXDOMAIN" : ", NXDOMAIN";
    if (text.empty()) text = "NODATA";
    // Whoever says no says how long that holds.
    const bool says_no = answer.authority.size() == 1 && answer.authority[0].type == RecordType::soa;
    return says_no ? text + " (SOA)" : text;
}

class ZoneTest : public testing::Test {
protected:
    explicit ZoneTest(bool services = true) : bench_(options(services)) {
        bench_.put("objects.yaml", kObjects);
        bench_.translate();
    }
    static TranslationOptions options(bool services) {
        auto options = standalone_options();
        options.services = services;
        return options;
    }
    std::string ask(const std::string& name, RecordType type) {
        const Zone zone({{bench_.store(), readiness_}, bench_.translator().cluster_addresses(), "cluster.local", ""});
        return text_of(zone.answer({dns_name(name), type}));
    }
    Workbench bench_;
    PodReadiness readiness_;
};

class ZoneWithoutServices : public ZoneTest {
protected:
    ZoneWithoutServices() : ZoneTest(false) {}
};

struct Case {
    const char* name;
    RecordType type;
    const char* answer;
};

using enum RecordType;
const Case kCases[] = {
    // Services with a cluster address
    {"kubia.default.svc.cluster.local", a, "A 127.101.72.147"},
    {"KUBIA.default.svc.Cluster.Local.", a, "A 127.101.72.147"},
    {"kubia.default.svc.cluster.local", aaaa, "NODATA (SOA)"},
    {"kubia.default.svc.cluster.local", srv, "NODATA (SOA)"},
    {"kubia.default.svc.cluster.local", any, "HINFO RFC8482"},
    {"kubia.default.svc.cluster.local", axfr, "REFUSED"},
    {"unnamed.default.svc.cluster.local", a, "A 127.7.7.7"},
    {"kubia.shop.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    {"kubia.nowhere.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    {"kubia.default.cluster.local", a, "NXDOMAIN (SOA)"},
    {"host.kubia.default.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    // SRV
    {"_http._tcp.kubia.default.svc.cluster.local", srv,
     "SRV 80 kubia.default.svc.cluster.local + kubia.default.svc.cluster.local A 127.101.72.147"},
    {"_https._tcp.kubia.default.svc.cluster.local", srv,
     "SRV 443 kubia.default.svc.cluster.local + kubia.default.svc.cluster.local A 127.101.72.147"},
    {"_stats._udp.kubia.default.svc.cluster.local", srv,
     "SRV 80 kubia.default.svc.cluster.local + kubia.default.svc.cluster.local A 127.101.72.147"},
    {"_stats._tcp.kubia.default.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    {"_http._tcp.kubia.default.svc.cluster.local", a, "NODATA (SOA)"},
    {"_tcp.kubia.default.svc.cluster.local", srv, "NODATA (SOA)"},
    {"_sctp.kubia.default.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    {"_tcp.unnamed.default.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    {"_._tcp.unnamed.default.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    {"x._http._tcp.kubia.default.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    // Headless
    {"headless.shop.svc.cluster.local", a, "A 10.0.0.1, A 10.0.0.2"},
    {"headless.shop.svc.cluster.local", aaaa, "NODATA (SOA)"},
    {"my-pet.headless.shop.svc.cluster.local", a, "A 10.0.0.1"},
    {"10-0-0-2.headless.shop.svc.cluster.local", a, "A 10.0.0.2"},
    {"stranger.headless.shop.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    {"10-0-0-3.headless.shop.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    {"_http._tcp.headless.shop.svc.cluster.local", srv,
     "SRV 8080 my-pet.headless.shop.svc.cluster.local, SRV 8080 10-0-0-2.headless.shop.svc.cluster.local"
     " + my-pet.headless.shop.svc.cluster.local A 10.0.0.1 + 10-0-0-2.headless.shop.svc.cluster.local A 10.0.0.2"},
    {"unready.shop.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    {"_http._tcp.unready.shop.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    {"all-six.shop.svc.cluster.local", aaaa, "AAAA 2001:db8::1, AAAA 2001:db8::2"},
    {"second.all-six.shop.svc.cluster.local", aaaa, "AAAA 2001:db8::2"},
    {"2001-db8--2.all-six.shop.svc.cluster.local", aaaa, "NXDOMAIN (SOA)"},
    {"no-ports.shop.svc.cluster.local", a, "A 10.0.0.1, A 10.0.0.2"},
    {"10-0-0-1.no-ports.shop.svc.cluster.local", a, "A 10.0.0.1"},
    {"all-six.shop.svc.cluster.local", a, "NODATA (SOA)"},
    {"2001-db8--1.all-six.shop.svc.cluster.local", aaaa, "AAAA 2001:db8::1"},
    // ExternalName
    {"outside.shop.svc.cluster.local", a, "CNAME www.example.com"},
    {"outside.shop.svc.cluster.local", cname, "CNAME www.example.com"},
    {"alias.shop.svc.cluster.local", a, "CNAME kubia.default.svc.cluster.local, A 127.101.72.147"},
    {"alias.shop.svc.cluster.local", aaaa, "CNAME kubia.default.svc.cluster.local (SOA)"},
    {"alias.shop.svc.cluster.local", cname, "CNAME kubia.default.svc.cluster.local"},
    {"dangling.shop.svc.cluster.local", a, "CNAME nothing.default.svc.cluster.local, NXDOMAIN (SOA)"},
    {"number.shop.svc.cluster.local", a, "A 192.0.2.9"},
    {"_http._tcp.outside.shop.svc.cluster.local", srv, "NXDOMAIN (SOA)"},
    // Pods
    {"10-1-2-3.default.pod.cluster.local", a, "A 10.1.2.3"},
    {"2001-db8--1.default.pod.cluster.local", aaaa, "AAAA 2001:db8::1"},
    {"0--1.default.pod.cluster.local", aaaa, "AAAA ::1"},
    {"10-1-2-3.default.pod.cluster.local", aaaa, "NODATA (SOA)"},
    {"10-1-2-300.default.pod.cluster.local", a, "NXDOMAIN (SOA)"},
    {"10-1-2-3.nowhere.pod.cluster.local", a, "NXDOMAIN (SOA)"},
    {"x.10-1-2-3.default.pod.cluster.local", a, "NXDOMAIN (SOA)"},
    // Between them
    {"cluster.local", soa, "SOA cluster.local"},
    {"cluster.local", a, "NODATA (SOA)"},
    {"svc.cluster.local", a, "NODATA (SOA)"},
    {"pod.cluster.local", a, "NODATA (SOA)"},
    {"default.svc.cluster.local", a, "NODATA (SOA)"},
    {"nowhere.svc.cluster.local", a, "NXDOMAIN (SOA)"},
    {"dns-version.cluster.local", txt, "TXT 1.1.0"},
    {"other.cluster.local", a, "NXDOMAIN (SOA)"},
    // Outside
    {"example.com", a, "REFUSED"},
    {"local", a, "REFUSED"},
    {"", a, "REFUSED"},
    {"xcluster.local", a, "REFUSED"},
    // Backwards
    {"147.72.101.127.in-addr.arpa", ptr, "PTR kubia.default.svc.cluster.local"},
    {"147.72.101.127.in-addr.arpa", a, "NODATA (SOA)"},
    {"1.0.0.10.in-addr.arpa", ptr, "REFUSED"},
    {"72.101.127.in-addr.arpa", ptr, "REFUSED"},
    {"x.72.101.127.in-addr.arpa", ptr, "REFUSED"},
};

TEST_F(ZoneTest, AnswersAsTheSpecificationSays) {
    for (const auto& test : kCases)
        EXPECT_EQ(ask(test.name, test.type), test.answer) << test.name << " " << type_text(test.type);
}

TEST_F(ZoneTest, RingOfAliasesEnds) {
    const auto text = ask("ring.shop.svc.cluster.local", a);
    EXPECT_THAT(text, testing::HasSubstr("CNAME ring.shop.svc.cluster.local"));
    EXPECT_LT(text.size(), 1000u);
}

TEST_F(ZoneTest, FollowsReadinessAtOnce) {
    readiness_.set({"shop", "pet-0"}, false);
    EXPECT_EQ(ask("headless.shop.svc.cluster.local", a), "A 10.0.0.2");
    readiness_.set({"shop", "pet-1"}, false);
    EXPECT_EQ(ask("headless.shop.svc.cluster.local", a), "NXDOMAIN (SOA)");
    readiness_.set({"shop", "pet-2"}, true);
    EXPECT_EQ(ask("headless.shop.svc.cluster.local", a), "A 10.0.0.3");
}

TEST_F(ZoneWithoutServices, GivesWrittenClusterIpOrEndpoints) {
    EXPECT_EQ(ask("written.default.svc.cluster.local", a), "A 10.96.0.7");
    EXPECT_EQ(ask("kubia.default.svc.cluster.local", a), "A 10.9.0.1");
    EXPECT_EQ(ask("kubia.default.svc.cluster.local", aaaa), "AAAA 2001:db8::9");
    EXPECT_EQ(ask("7.0.96.10.in-addr.arpa", ptr), "PTR written.default.svc.cluster.local");
    EXPECT_EQ(ask("147.72.101.127.in-addr.arpa", ptr), "REFUSED");
}

TEST(AddressLabel, ReverseNamesOfBothFamilies) {
    EXPECT_EQ(parse_reverse_name(dns_name("4.3.2.1.in-addr.arpa"))->to_string(), "1.2.3.4");
    EXPECT_EQ(parse_reverse_name(dns_name("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"))
                  ->to_string(),
              "2001:db8::1");
    EXPECT_FALSE(parse_reverse_name(dns_name("4.3.2.1.ip6.arpa")));
    EXPECT_FALSE(parse_reverse_name(dns_name("3.2.1.in-addr.arpa")));
}

}  // namespace
}  // namespace fairway::ingress::test
