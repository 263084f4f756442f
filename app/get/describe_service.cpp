// kubectl describe service and kubectl describe ingress.
#include <fmt/format.h>

#include "app/get/describe.hpp"
#include "app/get/json_access.hpp"
#include "app/get/tables.hpp"

namespace fairway::app {

namespace json = boost::json;

namespace {

std::string described_port(const json::value& port, const json::value& endpoints) {
    const std::string name = text_at(port, "/name");
    const std::string shown = or_else(name, "<unset>");
    const std::string protocol = text_at(port, "/protocol");
    std::string text = fmt::format("Port:\t{}\t{}/{}\n", shown, text_at(port, "/port"), protocol);
    text += fmt::format("TargetPort:\t{}/{}\n", text_at(port, "/targetPort"), protocol);
    if (const std::string node_port = text_at(port, "/nodePort"); !node_port.empty())
        text += fmt::format("NodePort:\t{}\t{}/{}\n", shown, node_port, protocol);
    return text + fmt::format("Endpoints:\t{}\n", endpoints_text(endpoints, &name));
}

std::string balancer_line(const json::value& object, const char* title) {
    std::string all;
    for (const auto& entry : array_at(object, "/status/loadBalancer/ingress"))
        all += (all.empty() ? "" : ", ") + text_at(entry, "/ip");
    return all.empty() ? "" : fmt::format("{}:\t{}\n", title, all);
}

/// "kubia:80 (127.1.0.1:8080,127.1.0.2:8080)"
std::string described_backend(const json::value& holder, const std::string& at, const std::string& ns,
                              const FindEndpoints& find) {
    const std::string service = text_at(holder, at + "/service/name");
    if (service.empty()) return "<resource backends are not served>";
    const std::string number = text_at(holder, at + "/service/port/number");
    const std::string port = number.empty() ? text_at(holder, at + "/service/port/name") : number;
    const json::value endpoints = find(ns, service);
    if (endpoints.is_null()) return fmt::format("{}:{} (<error: services \"{}\" not found>)", service, port, service);
    return fmt::format("{}:{} ({})", service, port, endpoints_text(endpoints, number.empty() ? &port : nullptr));
}

std::string described_rules(const json::value& ingress, const std::string& ns, const FindEndpoints& find) {
    const auto& rules = array_at(ingress, "/spec/rules");
    std::string text = "Rules:\n  Host\tPath\tBackends\n  ----\t----\t--------\n";
    for (const auto& rule : rules) {
        text += fmt::format("  {}\t\n", or_else(text_at(rule, "/host"), "*"));
        for (const auto& path : array_at(rule, "/http/paths"))
            text +=
                fmt::format("    \t{} \t{}\n", text_at(path, "/path"), described_backend(path, "/backend", ns, find));
    }
    if (rules.empty()) text += "  *\t*\t<default>\n";
    return text;
}

}  // namespace

std::string describe_service(const json::value& service, const FindEndpoints& find) {
    const std::string ns = text_at(service, "/metadata/namespace");
    const std::string name = text_at(service, "/metadata/name");
    const json::value endpoints = find(ns, name);
    const auto optional_line = [&](const char* title, const char* pointer) {
        const std::string value = text_at(service, pointer);
        return value.empty() ? "" : fmt::format("{}:\t{}\n", title, value);
    };
    std::string text = fmt::format("Name:\t{}\nNamespace:\t{}\n", name, ns);
    text += described_map("Labels", object_at(service, "/metadata/labels"), "=");
    text += described_map("Annotations", object_at(service, "/metadata/annotations"), ": ");
    text += fmt::format("Selector:\t{}\n", labels_text(object_at(service, "/spec/selector")));
    text += fmt::format("Type:\t{}\n", text_at(service, "/spec/type"));
    text += optional_line("IP Family Policy", "/spec/ipFamilyPolicy");
    if (const auto& families = array_at(service, "/spec/ipFamilies"); !families.empty())
        text += fmt::format("IP Families:\t{}\n", joined(families));
    text += fmt::format("IP:\t{}\n", or_else(text_at(service, "/spec/clusterIP"), "<none>"));
    if (const auto& all = array_at(service, "/spec/clusterIPs"); !all.empty())
        text += fmt::format("IPs:\t{}\n", joined(all));
    if (const auto& external = array_at(service, "/spec/externalIPs"); !external.empty())
        text += fmt::format("External IPs:\t{}\n", joined(external));
    text += optional_line("External Name", "/spec/externalName");
    text += balancer_line(service, "LoadBalancer Ingress");
    for (const auto& port : array_at(service, "/spec/ports")) text += described_port(port, endpoints);
    text += fmt::format("Session Affinity:\t{}\n", text_at(service, "/spec/sessionAffinity"));
    text += optional_line("Affinity Timeout Seconds", "/spec/sessionAffinityConfig/clientIP/timeoutSeconds");
    text += optional_line("External Traffic Policy", "/spec/externalTrafficPolicy");
    text += optional_line("Internal Traffic Policy", "/spec/internalTrafficPolicy");
    return text + described_events(service);
}

std::string describe_ingress(const json::value& ingress, const FindEndpoints& find) {
    const std::string ns = text_at(ingress, "/metadata/namespace");
    std::string text = fmt::format("Name:\t{}\n", text_at(ingress, "/metadata/name"));
    text += described_map("Labels", object_at(ingress, "/metadata/labels"), "=");
    std::string address = balancer_line(ingress, "Address");
    text += fmt::format("Namespace:\t{}\n{}", ns, address.empty() ? "Address:\t\n" : address);
    text += fmt::format("Ingress Class:\t{}\n", or_else(text_at(ingress, "/spec/ingressClassName"), "<none>"));
    const bool has_backend = value_at(ingress, "/spec/defaultBackend") != nullptr;
    text += fmt::format("Default backend:\t{}\n",
                        !has_backend ? "<default>" : described_backend(ingress, "/spec/defaultBackend", ns, find));
    const auto& tls = array_at(ingress, "/spec/tls");
    if (!tls.empty()) text += "TLS:\n";
    for (const auto& section : tls)
        text += fmt::format("  {} terminates {}\n", or_else(text_at(section, "/secretName"), "SNI routes"),
                            joined(array_at(section, "/hosts"), "*"));
    text += described_rules(ingress, ns, find);
    text += described_map("Annotations", object_at(ingress, "/metadata/annotations"), ": ");
    return text + described_events(ingress);
}

}  // namespace fairway::app
