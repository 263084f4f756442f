#include "app/get/describe.hpp"

#include <fmt/format.h>

#include "app/get/json_access.hpp"
#include "app/get/tab_writer.hpp"
#include "app/get/tables.hpp"

namespace fairway::app {

namespace json = boost::json;
using ingress::Resource;

std::string or_else(std::string text, const char* otherwise) { return text.empty() ? otherwise : text; }

std::string described_map(const std::string& title, const json::object& map, const char* between) {
    std::string text = title + ":\t";
    if (map.empty()) return text + "<none>\n";
    bool first = true;
    for (const auto& entry : map) {
        const std::string value = text_at(entry.value(), "");
        text += fmt::format("{}{}{}{}\n", first ? "" : "\t", std::string_view(entry.key()), between, value);
        first = false;
    }
    return text;
}

std::string described_events(const json::value& object) {
    const auto& diagnostics = array_at(object, "/status/diagnostics");
    if (diagnostics.empty()) return "Events:\t<none>\n";
    std::string text = "Events:\n  Type\tReason\tFrom\tMessage\n  ----\t------\t----\t-------\n";
    for (const auto& diagnostic : diagnostics) {
        const std::string field = text_at(diagnostic, "/field");
        text += fmt::format("  {}\t{}\t{}\t{}{}{}\n", text_at(diagnostic, "/type"), text_at(diagnostic, "/reason"),
                            or_else(text_at(diagnostic, "/where"), "fairway"), field, field.empty() ? "" : ": ",
                            text_at(diagnostic, "/message"));
    }
    return text;
}

std::string describe_endpoints(const json::value& endpoints) {
    std::string text = fmt::format("Name:\t{}\nNamespace:\t{}\n", text_at(endpoints, "/metadata/name"),
                                   text_at(endpoints, "/metadata/namespace"));
    text += described_map("Labels", object_at(endpoints, "/metadata/labels"), "=");
    text += described_map("Annotations", object_at(endpoints, "/metadata/annotations"), ": ");
    const auto addresses = [](const json::value& subset, const char* pointer) {
        std::string all;
        for (const auto& address : array_at(subset, pointer)) all += (all.empty() ? "" : ",") + text_at(address, "/ip");
        return or_else(all, "<none>");
    };
    text += "Subsets:\n";
    for (const auto& subset : array_at(endpoints, "/subsets")) {
        text += fmt::format("  Addresses:\t{}\n  NotReadyAddresses:\t{}\n", addresses(subset, "/addresses"),
                            addresses(subset, "/notReadyAddresses"));
        const auto& ports = array_at(subset, "/ports");
        if (!ports.empty()) text += "  Ports:\n    Name\tPort\tProtocol\n    ----\t----\t--------\n";
        for (const auto& port : ports)
            text += fmt::format("    {}\t{}\t{}\n", or_else(text_at(port, "/name"), "<unset>"), text_at(port, "/port"),
                                text_at(port, "/protocol"));
        text += "\n";
    }
    return text + described_events(endpoints);
}

std::string describe_certificate(const json::value& certificate) {
    const auto status = [&](const char* pointer) { return or_else(text_at(certificate, pointer), "<none>"); };
    std::string text = fmt::format("Name:\t{}\nNamespace:\t{}\n", text_at(certificate, "/metadata/name"),
                                   text_at(certificate, "/metadata/namespace"));
    text += described_map("Labels", object_at(certificate, "/metadata/labels"), "=");
    text += fmt::format("Hosts:\t{}\nIngresses:\t{}\nDefault:\t{}\n", joined(array_at(certificate, "/spec/hosts")),
                        joined(array_at(certificate, "/spec/ingresses")), text_at(certificate, "/spec/default"));
    text += fmt::format("Usable:\t{}\nSubject:\t{}\nIssuer:\t{}\nDNS Names:\t{}\n", status("/status/usable"),
                        status("/status/subject"), status("/status/issuer"),
                        joined(array_at(certificate, "/status/dnsNames")));
    text += fmt::format("Not Before:\t{}\nNot After:\t{}\nKey Type:\t{}\nSerial Number:\t{}\nSHA-256:\t{}\n",
                        status("/status/notBefore"), status("/status/notAfter"), status("/status/keyType"),
                        status("/status/serialNumber"), status("/status/fingerprintSHA256"));
    return text + described_events(certificate);
}

std::string describe_route(const json::value& route) {
    std::string text =
        fmt::format("Host:\t{}\nPath:\t{}\nPath Type:\t{}\nIngress:\t{}/{}\n", text_at(route, "/spec/host"),
                    text_at(route, "/spec/path"), text_at(route, "/spec/pathType"),
                    text_at(route, "/metadata/namespace"), text_at(route, "/spec/ingress"));
    if (value_at(route, "/spec/backend") == nullptr) return text + "Backend:\t<default>\n";
    text += fmt::format("Backend:\t{}:{}\nProtocol:\t{}\nEndpoints:\t{}\n", text_at(route, "/spec/backend/service"),
                        text_at(route, "/spec/backend/port"), text_at(route, "/spec/backend/protocol"),
                        joined(array_at(route, "/spec/backend/endpoints")));
    return text + fmt::format("Denied:\t{}\n", or_else(text_at(route, "/status/denied"), "<none>"));
}

std::string describe_object(Resource resource, const json::value& object, const FindEndpoints& endpoints,
                            std::chrono::sys_seconds now) {
    std::string text;
    switch (resource) {
        case Resource::services: text = describe_service(object, endpoints); break;
        case Resource::pods: text = describe_pod(object, now); break;
        case Resource::ingresses: text = describe_ingress(object, endpoints); break;
        case Resource::endpoints: text = describe_endpoints(object); break;
        case Resource::certificates: text = describe_certificate(object); break;
        case Resource::routes: text = describe_route(object); break;
    }
    return align_tabs(text, kDescribeLayout);
}

}  // namespace fairway::app
