#include "app/get/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/get/human_duration.hpp"
#include "app/get/json_access.hpp"
#include "app/get/tab_writer.hpp"
#include "k8s-client/objects/timestamp.hpp"

namespace fairway::app {

namespace json = boost::json;
using ingress::Resource;

namespace {

using Row = std::vector<std::string>;

std::string or_none(std::string text) { return text.empty() ? "<none>" : text; }

std::string time_until(const std::string& timestamp, std::chrono::sys_seconds now, int sign) {
    const auto time = k8s::parse_timestamp(timestamp);
    if (!time) return "<unknown>";
    return human_duration(sign * (now - std::chrono::sys_seconds(std::chrono::seconds(*time))));
}

std::string age(const json::value& object, std::chrono::sys_seconds now) {
    return time_until(text_at(object, "/metadata/creationTimestamp"), now, 1);
}

/// Addresses of status.loadBalancer.
std::string balancer_addresses(const json::value& object) {
    std::string text;
    for (const auto& entry : array_at(object, "/status/loadBalancer/ingress")) {
        const std::string ip = text_at(entry, "/ip");
        text += (text.empty() ? "" : ",") + (ip.empty() ? text_at(entry, "/hostname") : ip);
    }
    return text;
}

std::string external_ip(const json::value& service) {
    const std::string type = text_at(service, "/spec/type");
    const auto& given = array_at(service, "/spec/externalIPs");
    if (type == "ExternalName") return text_at(service, "/spec/externalName");
    if (type != "LoadBalancer") return joined(given);
    const std::string balancer = balancer_addresses(service);
    const std::string own = joined(given, "");
    if (balancer.empty() && own.empty()) return "<pending>";
    return balancer + (balancer.empty() || own.empty() ? "" : ",") + own;
}

Row service_row(const json::value& service, const TableOptions& options, std::chrono::sys_seconds now) {
    Row row{text_at(service, "/metadata/name"),
            text_at(service, "/spec/type"),
            or_none(text_at(service, "/spec/clusterIP")),
            external_ip(service),
            service_ports_text(service),
            age(service, now)};
    if (options.wide) row.push_back(labels_text(object_at(service, "/spec/selector")));
    return row;
}

Row endpoints_row(const json::value& endpoints, std::chrono::sys_seconds now) {
    return {text_at(endpoints, "/metadata/name"), endpoints_text(endpoints), age(endpoints, now)};
}

std::string pod_state(const json::value& pod) {
    return value_at(pod, "/metadata/deletionTimestamp") != nullptr ? "Terminating" : text_at(pod, "/status/phase");
}

/// "1/2" of the readiness gates, or "<none>".
std::string gates_text(const json::value& pod) {
    const auto& gates = array_at(pod, "/spec/readinessGates");
    if (gates.empty()) return "<none>";
    const auto holds = [&](const json::value& gate) {
        return std::ranges::any_of(array_at(pod, "/status/conditions"), [&](const json::value& condition) {
            return text_at(condition, "/type") == text_at(gate, "/conditionType") &&
                   text_at(condition, "/status") == "True";
        });
    };
    return fmt::format("{}/{}", std::ranges::count_if(gates, holds), gates.size());
}

Row pod_row(const json::value& pod, const TableOptions& options, std::chrono::sys_seconds now) {
    const auto& statuses = array_at(pod, "/status/containerStatuses");
    const auto ready =
        std::ranges::count_if(statuses, [](const json::value& status) { return text_at(status, "/ready") == "true"; });
    Row row{text_at(pod, "/metadata/name"), fmt::format("{}/{}", ready, statuses.size()), pod_state(pod), "0",
            age(pod, now)};
    if (!options.wide) return row;
    row.insert(row.end(), {or_none(text_at(pod, "/status/podIP")), or_none(text_at(pod, "/spec/nodeName")), "<none>",
                           gates_text(pod)});
    return row;
}

/// At most three hosts, as kubectl has it, unless asked for all.
std::string hosts_text(const json::value& ingress, bool all) {
    std::vector<std::string> hosts;
    for (const auto& rule : array_at(ingress, "/spec/rules"))
        if (auto host = text_at(rule, "/host"); !host.empty()) hosts.push_back(std::move(host));
    if (hosts.empty()) return "*";
    const std::size_t shown = all ? hosts.size() : std::min<std::size_t>(hosts.size(), 3);
    std::string text = fmt::format("{}", fmt::join(hosts.begin(), hosts.begin() + static_cast<long>(shown), ","));
    if (shown < hosts.size()) text += fmt::format(" + {} more...", hosts.size() - shown);
    return text;
}

std::string ingress_ports(const json::value& ingress) {
    std::string text;
    for (const auto& port : array_at(ingress, "/status/loadBalancer/ingress/0/ports"))
        text += (text.empty() ? "" : ", ") + text_at(port, "/port");
    return text;
}

Row ingress_row(const json::value& ingress, const TableOptions& options, std::chrono::sys_seconds now) {
    return {text_at(ingress, "/metadata/name"),
            or_none(text_at(ingress, "/spec/ingressClassName")),
            hosts_text(ingress, options.wide),
            balancer_addresses(ingress),
            ingress_ports(ingress),
            age(ingress, now)};
}

Row certificate_row(const json::value& certificate, const TableOptions& options, std::chrono::sys_seconds now) {
    const bool usable = text_at(certificate, "/status/usable") == "true";
    const std::string end = text_at(certificate, "/status/notAfter");
    std::string expires = end.empty() ? "<unknown>" : time_until(end, now, -1);
    if (expires == "<invalid>") expires = "expired";
    Row row{text_at(certificate, "/metadata/name"), usable ? "True" : "False",
            joined(array_at(certificate, "/spec/hosts")), expires, age(certificate, now)};
    if (options.wide)
        row.insert(row.end(),
                   {or_none(text_at(certificate, "/status/keyType")), or_none(text_at(certificate, "/status/subject")),
                    or_none(text_at(certificate, "/status/issuer"))});
    return row;
}

Row route_row(const json::value& route, const TableOptions& options) {
    const bool built_in = value_at(route, "/spec/backend") == nullptr;
    const auto& endpoints = array_at(route, "/spec/backend/endpoints");
    Row row{text_at(route, "/spec/host"),
            text_at(route, "/spec/path"),
            text_at(route, "/spec/pathType"),
            built_in
                ? "<default>"
                : fmt::format("{}:{}", text_at(route, "/spec/backend/service"), text_at(route, "/spec/backend/port")),
            fmt::format("{}", endpoints.size()),
            or_none(text_at(route, "/spec/ingress"))};
    if (options.wide) row.push_back(joined(endpoints));
    return row;
}

Row head_of(Resource resource, bool wide) {
    const auto columns = [&](Row row, const Row& more) {
        if (wide) row.insert(row.end(), more.begin(), more.end());
        return row;
    };
    switch (resource) {
        case Resource::ingresses: return {"NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"};
        case Resource::services:
            return columns({"NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"}, {"SELECTOR"});
        case Resource::endpoints: return {"NAME", "ENDPOINTS", "AGE"};
        case Resource::pods:
            return columns({"NAME", "READY", "STATUS", "RESTARTS", "AGE"},
                           {"IP", "NODE", "NOMINATED NODE", "READINESS GATES"});
        case Resource::certificates:
            return columns({"NAME", "READY", "HOSTS", "EXPIRES-IN", "AGE"}, {"KEY", "SUBJECT", "ISSUER"});
        case Resource::routes:
            return columns({"HOST", "PATH", "PATHTYPE", "BACKEND", "ENDPOINTS", "INGRESS"}, {"ADDRESSES"});
    }
    return {};
}

Row row_of(Resource resource, const json::value& object, const TableOptions& options, std::chrono::sys_seconds now) {
    switch (resource) {
        case Resource::ingresses: return ingress_row(object, options, now);
        case Resource::services: return service_row(object, options, now);
        case Resource::endpoints: return endpoints_row(object, now);
        case Resource::pods: return pod_row(object, options, now);
        case Resource::certificates: return certificate_row(object, options, now);
        case Resource::routes: return route_row(object, options);
    }
    return {};
}

}  // namespace

std::string object_table(Resource resource, std::span<const json::value> objects, const TableOptions& options,
                         std::chrono::sys_seconds now) {
    std::string text;
    const auto add = [&](const std::string& ns, const Row& row) {
        if (options.with_namespace) text += ns + "\t";
        text += fmt::format("{}\n", fmt::join(row, "\t"));
    };
    add("NAMESPACE", head_of(resource, options.wide));
    for (const json::value& object : objects)
        add(text_at(object, "/metadata/namespace"), row_of(resource, object, options, now));
    return align_tabs(text, kTableLayout);
}

std::string endpoints_text(const json::value& endpoints, const std::string* port_name) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> all;
    for (const auto& subset : array_at(endpoints, "/subsets"))
        for (const auto& port : array_at(subset, "/ports")) {
            if (port_name != nullptr && text_at(port, "/name") != *port_name) continue;
            for (const auto& address : array_at(subset, "/addresses")) {
                const std::string ip = text_at(address, "/ip");
                const bool v6 = ip.find(':') != std::string::npos;
                all.push_back(fmt::format("{}{}{}:{}", v6 ? "[" : "", ip, v6 ? "]" : "", text_at(port, "/port")));
            }
        }
    if (all.empty()) return "<none>";
    const std::size_t shown = std::min(all.size(), kShown);
    std::string text = fmt::format("{}", fmt::join(all.begin(), all.begin() + static_cast<long>(shown), ","));
    if (shown < all.size()) text += fmt::format(" + {} more...", all.size() - shown);
    return text;
}

std::string service_ports_text(const json::value& service) {
    std::string text;
    for (const auto& port : array_at(service, "/spec/ports")) {
        const std::string node_port = text_at(port, "/nodePort");
        text += fmt::format("{}{}{}{}/{}", text.empty() ? "" : ",", text_at(port, "/port"),
                            node_port.empty() ? "" : ":", node_port, text_at(port, "/protocol"));
    }
    return or_none(text);
}

std::string labels_text(const json::object& labels) {
    std::string text;
    for (const auto& label : labels)
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", std::string_view(label.key()),
                            label.value().is_string() ? std::string_view(label.value().get_string()) : "");
    return or_none(text);
}

std::string joined(const json::array& items, std::string_view otherwise) {
    std::string text;
    for (const json::value& item : items) text += (text.empty() ? "" : ",") + text_at(item, "");
    return text.empty() ? std::string(otherwise) : text;
}

}  // namespace fairway::app
