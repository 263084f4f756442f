// What --tcp-services-configmap and --udp-services-configmap ask for; the syntax is ingress-nginx's
// (docs/user-guide/exposing-tcp-udp-services.md).
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/exposure/listener_plan.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kProxy = "PROXY";

/// A value of such a ConfigMap.
struct StreamService {
    k8s::ObjectName service;
    std::string port;
    bool accept_proxy_protocol = false;
    bool send_proxy_protocol = false;
};

/// "PROXY" in any case, or nothing.
Result<bool> parse_proxy(const std::string& word) {
    if (word.empty()) return false;
    if (ascii::lower_copy(word) == ascii::lower_copy(kProxy)) return true;
    return Error{fmt::format("says \"{}\" where only PROXY can be", word)};
}

/// "namespace/service:port", then ":PROXY" to expect the PROXY protocol from clients, then ":PROXY" to send it.
Result<StreamService> parse_stream_service(std::string_view text) {
    const auto form = [&](std::string_view why) {
        return Error{fmt::format("\"{}\" {}; write namespace/service:port, such as default/kubia:80, and :PROXY after "
                                 "it where clients send the PROXY protocol",
                                 text, why)};
    };
    std::vector<std::string> parts;
    for (std::string_view rest = text;;) {
        const auto colon = rest.find(':');
        parts.emplace_back(ascii::trim(rest.substr(0, colon)));
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    if (parts.size() < 2 || parts[1].empty()) return form("names no port");
    if (parts.size() > 4) return form("has too many parts");
    StreamService result;
    auto service = parse_object_name(parts[0]);
    if (!service) return form("does not begin with namespace/service");
    result.service = *std::move(service);
    result.port = parts[1];
    const std::array<bool*, 2> proxies = {&result.accept_proxy_protocol, &result.send_proxy_protocol};
    for (std::size_t i = 2; i < parts.size(); ++i) {
        const auto proxy = parse_proxy(parts[i]);
        if (!proxy) return form(proxy.error().message);
        *proxies[i - 2] = *proxy;
    }
    return result;
}

class StreamPlanner {
public:
    StreamPlanner(const k8s::ConfigMap& map, routing::Transport transport, const std::vector<IpAddress>& addresses)
        : map_(map), transport_(transport), addresses_(addresses) {}

    ListenerPlan run() {
        for (const auto& [key, value] : map_.data) add(key, value);
        return std::move(plan_);
    }

private:
    void add(const std::string& key, const std::string& value) {
        const auto port = parse_integer(key, 1, 65535);
        if (!port) {
            refuse(key, "is not a port to listen on; write a number from 1 to 65535 as the key. It is left out");
            return;
        }
        auto service = parse_stream_service(ascii::trim(value));
        if (!service) {
            refuse(key, service.error().message + ". The port is not opened");
            return;
        }
        const bool udp = transport_ == routing::Transport::udp;
        if (udp && (service->accept_proxy_protocol || service->send_proxy_protocol)) {
            report(Severity::warning, key, "PROXY is for TCP only; it is ignored", "InvalidValue");
            service->accept_proxy_protocol = service->send_proxy_protocol = false;
        }
        for (const auto& address : addresses_)
            plan_.wishes.push_back(
                {.transport = transport_,
                 .address = {address, static_cast<std::uint16_t>(*port)},
                 .backend = {service->service, service->port, udp ? k8s::Protocol::udp : k8s::Protocol::tcp},
                 .accept_proxy_protocol = service->accept_proxy_protocol,
                 .send_proxy_protocol = service->send_proxy_protocol,
                 .field = "data." + key,
                 .where = where(key)});
    }

    k8s::Position where(const std::string& key) const {
        const auto position = map_.data_positions.find(key);
        return position == map_.data_positions.end() ? map_.meta.where : position->second;
    }

    void refuse(const std::string& key, std::string message) {
        report(Severity::error, key, std::move(message), "StreamServiceInvalid");
    }

    void report(Severity severity, const std::string& key, std::string message, std::string reason) {
        plan_.diagnostics.push_back({.severity = severity,
                                     .where = where(key),
                                     .kind = k8s::ConfigMap::kKind,
                                     .object = map_.meta.name,
                                     .field = "data." + key,
                                     .message = std::move(message),
                                     .reason = std::move(reason)});
    }

    const k8s::ConfigMap& map_;
    const routing::Transport transport_;
    const std::vector<IpAddress>& addresses_;
    ListenerPlan plan_;
};

}  // namespace

ListenerPlan plan_stream_services(const k8s::ConfigMap& map, routing::Transport transport,
                                  const std::vector<IpAddress>& addresses) {
    return StreamPlanner(map, transport, addresses).run();
}

}  // namespace fairway::ingress
