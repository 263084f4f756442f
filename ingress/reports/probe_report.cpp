// Probes as the Kubernetes API writes them (core/v1 Probe), with their defaults.
#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

struct ActionReport {
    json::object& probe;

    void operator()(const k8s::HttpGetAction& action) const {
        json::object get{
            {"path", action.path}, {"port", json_of(action.port)}, {"scheme", action.https ? "HTTPS" : "HTTP"}};
        if (!action.host.empty()) get["host"] = action.host;
        // Values are left out: people put tokens there.
        json::array headers;
        for (const auto& header : action.headers) headers.push_back(json::object{{"name", header.first}});
        if (!headers.empty()) get["httpHeaders"] = std::move(headers);
        probe["httpGet"] = std::move(get);
    }
    void operator()(const k8s::TcpSocketAction& action) const {
        json::object socket{{"port", json_of(action.port)}};
        if (!action.host.empty()) socket["host"] = action.host;
        probe["tcpSocket"] = std::move(socket);
    }
    void operator()(const k8s::GrpcAction& action) const {
        json::object grpc{{"port", action.port}};
        if (!action.service.empty()) grpc["service"] = action.service;
        probe["grpc"] = std::move(grpc);
    }
    void operator()(const k8s::ExecAction& action) const {
        probe["exec"] = json::object{{"command", json::array(action.command.begin(), action.command.end())}};
    }
};

}  // namespace

json::object json_of(const k8s::Probe& probe) {
    json::object result;
    std::visit(ActionReport{result}, probe.action);
    result["initialDelaySeconds"] = probe.initial_delay.count();
    result["timeoutSeconds"] = probe.timeout.count();
    result["periodSeconds"] = probe.period.count();
    result["successThreshold"] = probe.success_threshold;
    result["failureThreshold"] = probe.failure_threshold;
    return result;
}

}  // namespace fairway::ingress
