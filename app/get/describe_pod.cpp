// kubectl describe pod.
#include <fmt/format.h>

#include "app/get/describe.hpp"
#include "app/get/human_duration.hpp"
#include "app/get/json_access.hpp"
#include "k8s-client/objects/timestamp.hpp"

namespace fairway::app {

namespace json = boost::json;

namespace {

/// "http-get http://:8080/healthz", "tcp-socket :8080", "exec [ls /var/ready]", "grpc <pod>:9090 liveness"
std::string described_action(const json::value& probe) {
    if (const auto* get = value_at(probe, "/httpGet")) {
        const std::string scheme = text_at(*get, "/scheme") == "HTTPS" ? "https" : "http";
        return fmt::format("http-get {}://{}:{}{}", scheme, text_at(*get, "/host"), text_at(*get, "/port"),
                           text_at(*get, "/path"));
    }
    if (const auto* socket = value_at(probe, "/tcpSocket"))
        return fmt::format("tcp-socket {}:{}", text_at(*socket, "/host"), text_at(*socket, "/port"));
    if (const auto* grpc = value_at(probe, "/grpc"))
        return fmt::format("grpc <pod>:{} {}", text_at(*grpc, "/port"), text_at(*grpc, "/service"));
    std::string command;
    for (const auto& word : array_at(probe, "/exec/command"))
        command += (command.empty() ? "" : " ") + text_at(word, "");
    return fmt::format("exec [{}]", command);
}

/// kubectl's DescribeProbe: "http-get http://:8080/ delay=0s timeout=1s period=10s #success=1 #failure=3"
std::string described_probe(const json::value& probe) {
    return fmt::format("{} delay={}s timeout={}s period={}s #success={} #failure={}", described_action(probe),
                       text_at(probe, "/initialDelaySeconds"), text_at(probe, "/timeoutSeconds"),
                       text_at(probe, "/periodSeconds"), text_at(probe, "/successThreshold"),
                       text_at(probe, "/failureThreshold"));
}

std::string described_ports(const json::value& container) {
    std::string text;
    for (const auto& port : array_at(container, "/ports")) {
        const std::string name = text_at(port, "/name");
        text += fmt::format("{}{}/{}{}", text.empty() ? "" : ", ", text_at(port, "/containerPort"),
                            text_at(port, "/protocol"), name.empty() ? "" : fmt::format(" ({})", name));
    }
    return or_else(text, "<none>");
}

/// status.containerStatuses[] of a container; null: none.
json::value status_of(const json::value& pod, const std::string& container) {
    for (const auto& status : array_at(pod, "/status/containerStatuses"))
        if (text_at(status, "/name") == container) return status;
    return nullptr;
}

/// "successful 3s ago in 0.8 ms, 41 successful, 2 failed: HTTP probe failed with statuscode: 500"
std::string described_history(const json::value& status, const std::string& probe, std::chrono::sys_seconds now) {
    const std::string at = "/probes/" + probe;
    const std::string result = text_at(status, at + "/lastResult");
    if (result.empty()) return "not run yet";
    const auto time = k8s::parse_timestamp(text_at(status, at + "/lastTime"));
    const auto ago = time ? now - std::chrono::sys_seconds(std::chrono::seconds(*time)) : std::chrono::seconds(0);
    const auto* took = value_at(status, at + "/lastDurationMicroseconds");
    const double milliseconds = took != nullptr && took->is_int64() ? static_cast<double>(took->get_int64()) / 1000 : 0;
    const std::string message = text_at(status, at + "/lastMessage");
    return fmt::format("{} {} ago in {:.1f} ms ({} successful, {} failed){}{}", result, human_duration(ago),
                       milliseconds, text_at(status, at + "/successful"), text_at(status, at + "/failed"),
                       message.empty() ? "" : ": ", message);
}

std::string described_container(const json::value& pod, const json::value& container, std::chrono::sys_seconds now) {
    const std::string name = text_at(container, "/name");
    const json::value status = status_of(pod, name);
    std::string text = fmt::format("  {}:\n    Ports:\t{}\n    Ready:\t{}\n", name, described_ports(container),
                                   text_at(status, "/ready") == "true" ? "True" : "False");
    for (const auto& [title, field] :
         {std::pair{"Liveness", "liveness"}, std::pair{"Readiness", "readiness"}, std::pair{"Startup", "startup"}}) {
        const auto* probe = value_at(container, fmt::format("/{}Probe", field));
        if (probe == nullptr) continue;
        text += fmt::format("    {}:\t{}\n", title, described_probe(*probe));
        if (value_at(status, fmt::format("/probes/{}", field)) != nullptr)
            text += fmt::format("      Last Result:\t{}\n", described_history(status, field, now));
    }
    return text;
}

}  // namespace

std::string describe_pod(const json::value& pod, std::chrono::sys_seconds now) {
    std::string text =
        fmt::format("Name:\t{}\nNamespace:\t{}\n", text_at(pod, "/metadata/name"), text_at(pod, "/metadata/namespace"));
    text += fmt::format("Node:\t{}\n", or_else(text_at(pod, "/spec/nodeName"), "<none>"));
    text += described_map("Labels", object_at(pod, "/metadata/labels"), "=");
    text += described_map("Annotations", object_at(pod, "/metadata/annotations"), ": ");
    const bool leaving = value_at(pod, "/metadata/deletionTimestamp") != nullptr;
    text += fmt::format("Status:\t{}\nIP:\t{}\n", leaving ? "Terminating" : text_at(pod, "/status/phase"),
                        text_at(pod, "/status/podIP"));
    const auto& ips = array_at(pod, "/status/podIPs");
    text += ips.empty() ? "IPs:\t<none>\n" : "IPs:\n";
    for (const auto& entry : ips) text += fmt::format("  IP:\t{}\n", text_at(entry, "/ip"));
    text += "Containers:\n";
    for (const auto& container : array_at(pod, "/spec/containers")) text += described_container(pod, container, now);
    text += "Conditions:\n  Type\tStatus\n";
    for (const auto& condition : array_at(pod, "/status/conditions"))
        text += fmt::format("  {} \t{} \n", text_at(condition, "/type"), text_at(condition, "/status"));
    return text + described_events(pod);
}

}  // namespace fairway::app
