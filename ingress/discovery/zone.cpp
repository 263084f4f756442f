#include "ingress/discovery/zone.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/discovery/address_label.hpp"
#include "ingress/endpoints/found.hpp"
#include "ingress/service_endpoints.hpp"
#include "k8s-client/objects/names.hpp"

namespace fairway::ingress {

namespace {

/// ExternalNames that lead to each other end here.
constexpr int kLongestChain = 8;
constexpr const char* kSchemaVersion = "1.1.0";

/// Everything at one name.
struct Node {
    bool exists = false;
    std::vector<DnsRecord> records;
    std::vector<DnsRecord> additional;
};

/// A name with nothing of its own, because others are below it.
Node empty_node() { return {.exists = true, .records = {}, .additional = {}}; }

RecordType address_type(const IpAddress& address) { return address.v6 ? RecordType::aaaa : RecordType::a; }

DnsRecord address_record(const DnsName& name, const IpAddress& address) {
    return {.name = name, .type = address_type(address), .data = address};
}

/// "_tcp" and "_udp": the label of a port's protocol.
std::string protocol_label(const k8s::ServicePort& port) {
    return "_" + ascii::lower_copy(k8s::to_string(port.protocol));
}

bool is_headless(const k8s::Service& service) { return service.cluster_ip == "None"; }

/// What the endpoints of a headless Service are called.
class Hostnames {
public:
    Hostnames(const ObjectStore& store, const k8s::Service& service) : store_(store), service_(service) {
        const auto note = [&](const std::string& ip, const std::string& hostname) {
            const auto address = hostname.empty() ? Result<IpAddress>(Error{}) : IpAddress::parse(ip);
            if (address) given_.try_emplace(*address, hostname);
        };
        for (const auto* slice : store.slices_of(service.meta.name))
            for (const auto& endpoint : slice->endpoints)
                for (const auto& ip : endpoint.addresses) note(ip, endpoint.hostname);
        const auto* endpoints = store.find<k8s::Endpoints>(service.meta.name);
        if (endpoints == nullptr) return;
        for (const auto& subset : endpoints->subsets)
            for (const auto* addresses : {&subset.addresses, &subset.not_ready_addresses})
                for (const auto& address : *addresses) note(address.ip, address.hostname);
    }

    /// What its EndpointSlice or Endpoints say, or its Pod (as the endpoints controller fills them in), else its address.
    std::string of(const routing::Endpoint& endpoint) const {
        if (const auto given = given_.find(endpoint.address.ip); given != given_.end()) return given->second;
        const auto* pod = store_.find<k8s::Pod>({service_.meta.name.ns, endpoint.target});
        const bool named =
            pod != nullptr && k8s::is_dns_label(pod->hostname) && pod->subdomain == service_.meta.name.name;
        return named ? pod->hostname : address_label(endpoint.address.ip);
    }

private:
    const ObjectStore& store_;
    const k8s::Service& service_;
    std::map<IpAddress, std::string> given_;
};

/// Looks up one name, of which the domain has been cut off.
class LookUp {
public:
    LookUp(const ZoneSources& sources, const DnsName& domain) : sources_(sources), domain_(domain) {}

    /// @param labels  the name without the domain.
    Node at(const DnsName& labels) const {
        if (labels.empty()) return apex();
        if (labels.size() == 1 && labels[0] == "dns-version") return version(labels);
        const auto& kind = labels.back();
        if (kind != "svc" && kind != "pod") return {};
        if (labels.size() == 1) return empty_node();
        const auto& ns = labels[labels.size() - 2];
        if (!is_known(ns)) return {};
        if (labels.size() == 2) return empty_node();
        return kind == "svc" ? service(labels, ns) : pod(labels);
    }

private:
    const ObjectStore& store() const { return sources_.endpoints.store; }

    bool is_known(const std::string& ns) const {
        if (!sources_.watch_namespace.empty() && sources_.watch_namespace != ns) return false;
        return store().holds_any_in<k8s::Service>(ns) || store().holds_any_in<k8s::Pod>(ns) ||
               store().find<k8s::Namespace>({"", ns}) != nullptr;
    }

    DnsName full(const DnsName& labels) const {
        auto name = labels;
        name.insert(name.end(), domain_.begin(), domain_.end());
        return name;
    }

    DnsName service_name(const k8s::Service& service) const {
        return full({service.meta.name.name, service.meta.name.ns, "svc"});
    }

    Node apex() const {
        return {.exists = true, .records = {{domain_, RecordType::soa, Authority{domain_}}}, .additional = {}};
    }

    Node version(const DnsName& labels) const {
        return {
            .exists = true, .records = {{full(labels), RecordType::txt, TextData{kSchemaVersion}}}, .additional = {}};
    }

    /// <address with dashes>.<ns>.pod
    Node pod(const DnsName& labels) const {
        const auto address = labels.size() == 3 ? parse_address_label(labels[0]) : std::nullopt;
        if (!address) return {};
        return {.exists = true, .records = {address_record(full(labels), *address)}, .additional = {}};
    }

    /// <service>.<ns>.svc and what is below it.
    Node service(const DnsName& labels, const std::string& ns) const {
        const auto* service = store().find<k8s::Service>({ns, labels[labels.size() - 3]});
        if (service == nullptr) return {};
        if (service->type == k8s::ServiceType::external_name) return labels.size() == 3 ? external(*service) : Node{};
        const auto endpoints = is_headless(*service) ? endpoints_of(*service) : std::vector<routing::Endpoint>{};
        if (is_headless(*service) && endpoints.empty()) return {};
        switch (labels.size()) {
            case 3: return addresses(*service, full(labels), endpoints);
            case 4:
                return labels[0].starts_with('_') ? protocol(*service, labels[0])
                                                  : hostname(*service, full(labels), labels[0], endpoints);
            case 5: return port(*service, full(labels), labels[0], labels[1]);
            default: return {};
        }
    }

    Node external(const k8s::Service& service) const {
        const auto name = service_name(service);
        if (const auto address = IpAddress::parse(service.external_name))
            return {.exists = true, .records = {address_record(name, *address)}, .additional = {}};
        return {.exists = true,
                .records = {{name, RecordType::cname, NameTarget{dns_name(service.external_name)}}},
                .additional = {}};
    }

    std::vector<IpAddress> cluster_addresses(const k8s::Service& service) const {
        if (const auto own = sources_.cluster_addresses.of(service.meta.name)) return {*own};
        if (const auto written = IpAddress::parse(service.cluster_ip)) return {*written};
        std::vector<IpAddress> addresses;
        for (const auto& endpoint : endpoints_of(service)) addresses.push_back(endpoint.address.ip);
        return addresses;
    }

    Node addresses(const k8s::Service& service, const DnsName& name,
                   const std::vector<routing::Endpoint>& endpoints) const {
        auto node = empty_node();
        if (is_headless(service))
            for (const auto& endpoint : endpoints) node.records.push_back(address_record(name, endpoint.address.ip));
        else
            for (const auto& address : cluster_addresses(service))
                node.records.push_back(address_record(name, address));
        return node;
    }

    /// _<protocol>.<service>: nothing but the place under which ports are.
    static Node protocol(const k8s::Service& service, const std::string& label) {
        const bool used = std::ranges::any_of(service.ports, [&](const k8s::ServicePort& port) {
            return !port.name.empty() && protocol_label(port) == label;
        });
        return used ? empty_node() : Node{};
    }

    /// <hostname>.<service> of a headless Service.
    Node hostname(const k8s::Service& service, const DnsName& name, const std::string& label,
                  const std::vector<routing::Endpoint>& endpoints) const {
        Node node;
        const Hostnames names(store(), service);
        for (const auto& endpoint : endpoints) {
            if (names.of(endpoint) != label) continue;
            node.exists = true;
            node.records.push_back(address_record(name, endpoint.address.ip));
        }
        return node;
    }

    /// _<port>._<protocol>.<service>
    Node port(const k8s::Service& service, const DnsName& name, const std::string& port_label,
              const std::string& label) const {
        const auto found = std::ranges::find_if(service.ports, [&](const k8s::ServicePort& port) {
            return !port.name.empty() && "_" + port.name == port_label && protocol_label(port) == label;
        });
        if (found == service.ports.end()) return {};
        auto node = empty_node();
        const auto add = [&](const DnsName& target, std::uint16_t number) {
            node.records.push_back({name, RecordType::srv, ServiceTarget{number, target}});
        };
        if (is_headless(service)) {
            const Hostnames names(store(), service);
            for (const auto& endpoint : resolve(service, *found)) {
                auto target = service_name(service);
                target.insert(target.begin(), names.of(endpoint));
                add(target, endpoint.address.port);
                node.additional.push_back(address_record(target, endpoint.address.ip));
            }
            return node;
        }
        const auto target = service_name(service);
        add(target, static_cast<std::uint16_t>(found->port));
        for (const auto& address : cluster_addresses(service))
            node.additional.push_back(address_record(target, address));
        return node;
    }

    std::vector<routing::Endpoint> resolve(const k8s::Service& service, const k8s::ServicePort& port) const {
        return resolve_endpoints(sources_.endpoints, service.meta.name, fmt::format("{}", port.port), port.protocol)
            .set->endpoints;
    }

    /// A headless Service may have no ports at all; any number finds its addresses.
    std::vector<routing::Endpoint> portless_endpoints(const k8s::Service& service) const {
        const k8s::ServicePort any{.name = "", .app_protocol = "", .port = 1};
        const Wanted wanted{service, any};
        auto found = pods_count(store(), service) ? from_pods(sources_.endpoints, wanted)
                                                  : from_slices(sources_.endpoints, wanted, false);
        if (!found.exists) found = from_endpoints(store(), wanted);
        return found.ready;
    }

    /// The ready endpoints of any port, each address once.
    std::vector<routing::Endpoint> endpoints_of(const k8s::Service& service) const {
        std::vector<routing::Endpoint> all;
        if (service.ports.empty()) all = portless_endpoints(service);
        for (const auto& port : service.ports) std::ranges::move(resolve(service, port), std::back_inserter(all));
        const auto by_ip = [](const routing::Endpoint& endpoint) { return endpoint.address.ip; };
        std::ranges::stable_sort(all, {}, by_ip);
        const auto repeated = std::ranges::unique(all, {}, by_ip);
        all.erase(repeated.begin(), repeated.end());
        return all;
    }

    const ZoneSources& sources_;
    const DnsName& domain_;
};

/// RFC 8482 section 4.2: what ANY gets instead of everything.
DnsRecord any_record(const DnsName& name) { return {name, RecordType::hinfo, TextData{"RFC8482"}}; }

}  // namespace

Zone::Zone(const ZoneSources& sources) : sources_(sources), domain_(dns_name(sources.domain)) {}

ZoneAnswer Zone::answer(const DnsQuestion& question) const {
    ZoneAnswer result;
    // RFC 5936: transfers are for secondary servers, of which there are none.
    if (question.type == RecordType::axfr || question.type == RecordType::ixfr)
        return {.status = DnsStatus::refused, .answers = {}, .authority = {}, .additional = {}};
    auto name = question.name;
    for (int step = 0; step < kLongestChain; ++step) {
        if (!ends_with(name, domain_)) return step == 0 ? reverse(question) : result;
        auto node =
            LookUp(sources_, domain_).at({name.begin(), name.end() - static_cast<std::ptrdiff_t>(domain_.size())});
        if (!node.exists) {
            result.status = DnsStatus::name_error;  // RFC 6604: of the last name in a chain
            break;
        }
        if (question.type == RecordType::any) {
            result.answers.push_back(any_record(name));
            return result;
        }
        std::erase_if(node.records, [&](const DnsRecord& record) {
            return record.type != question.type && record.type != RecordType::cname;
        });
        if (node.records.empty()) break;
        const auto* alias = std::get_if<NameTarget>(&node.records.front().data);
        if (alias != nullptr) name = alias->name;
        result.answers.insert(result.answers.end(), node.records.begin(), node.records.end());
        if (alias == nullptr || question.type == RecordType::cname) {
            result.additional = std::move(node.additional);
            return result;
        }
    }
    result.authority.push_back({domain_, RecordType::soa, Authority{domain_}});
    return result;
}

ZoneAnswer Zone::reverse(const DnsQuestion& question) const {
    ZoneAnswer result;
    const auto address = parse_reverse_name(question.name);
    const auto owner = address ? owner_of(*address) : std::nullopt;
    if (!owner) {
        result.status = DnsStatus::refused;
        return result;
    }
    auto name = domain_;
    name.insert(name.begin(), {owner->name, owner->ns, "svc"});
    if (question.type == RecordType::ptr)
        result.answers.push_back({question.name, RecordType::ptr, NameTarget{std::move(name)}});
    else
        result.authority.push_back({question.name, RecordType::soa, Authority{question.name}});
    return result;
}

std::optional<k8s::ObjectName> Zone::owner_of(const IpAddress& address) const {
    if (const auto* owner = sources_.cluster_addresses.owner_of(address)) return *owner;
    std::optional<k8s::ObjectName> owner;
    sources_.endpoints.store.for_each<k8s::Service>([&](const k8s::Service& service) {
        if (owner || sources_.cluster_addresses.of(service.meta.name)) return;
        const auto written = IpAddress::parse(service.cluster_ip);
        if (written && *written == address) owner = service.meta.name;
    });
    return owner;
}

}  // namespace fairway::ingress
