// `fairway controller`: finds the API server, then serves what it has.
#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "app/commands.hpp"
#include "app/serve.hpp"
#include "app/version.hpp"
#include "base/log.hpp"

namespace fairway::app {

namespace {

constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

std::optional<std::string> variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

/// Outside of a pod: unlike that of any other process.
std::string own_name() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host = {'f', 'a', 'i', 'r', 'w', 'a', 'y'};
    return fmt::format("{}-{}", host.data(), ::getpid());
}

Result<k8s::ClientConfig> api_server_of(const ControllerCommand& command) {
    if (!command.kubeconfig.empty()) return k8s::kubeconfig(command.kubeconfig, command.context);
    if (!command.apiserver_host.empty())
        return k8s::config_of_url(command.apiserver_host, command.certificate_authority);
    return k8s::in_cluster_config(variable, kServiceAccount);
}

ingress::ClusterWriteOptions writes_of(const ControllerCommand& command, const k8s::ClientConfig& api_server) {
    ingress::ClusterWriteOptions writes;
    writes.status = command.status;
    writes.update_status = command.update_status;
    writes.status_interval = command.status_interval;
    writes.events = command.sync_events;
    writes.update_status_on_shutdown = command.update_status_on_shutdown;
    const auto pod = variable("POD_NAME");
    const auto ns = variable("POD_NAMESPACE");
    writes.instance = pod ? *pod : own_name();
    if (!command.elect) return writes;
    writes.election = k8s::ElectionOptions{ns.value_or(api_server.default_namespace), command.election_id,
                                           writes.instance, command.election_ttl};
    return writes;
}

/// What is asked about our own pod and its node, and by which name.
ingress::PlaceOptions place_of(const ControllerCommand& command, const k8s::ClientConfig& api_server) {
    ingress::PlaceOptions place;
    const bool writes_status = command.elect && command.update_status;
    place.zone = command.serve.translation.topology_aware_routing;
    place.siblings = writes_status && command.update_status_on_shutdown;
    place.nodes = writes_status && !command.status.names_anything();
    place.internal_addresses = command.report_internal_addresses;
    if (const auto pod = variable("POD_NAME"))
        place.pod = {variable("POD_NAMESPACE").value_or(api_server.default_namespace), *pod};
    else if (place.zone || place.nodes)
        log::warn("pod.unknown", {{"reason", place.zone ? "--enable-topology-aware-routing needs POD_NAME in the "
                                                          "environment"
                                                        : "without --publish-service and --publish-status-address the "
                                                          "status of Ingresses needs POD_NAME in the environment"}});
    return place;
}

}  // namespace

int controller(const ControllerCommand& command) {
    const auto api_server = api_server_of(command);
    if (!api_server) throw WrongConfiguration(api_server.error().message);
    log::configure(command.serve.log.level, command.serve.log.format);
    if (!command.missed.empty())
        log::warn("flags.not_honoured", {{"flags", fmt::format("{}", fmt::join(command.missed, " "))},
                                         {"reason", "Fairway does not do what they ask for"}});
    if (!command.ignored.empty())
        log::info("flags.ignored", {{"flags", fmt::format("{}", fmt::join(command.ignored, " "))},
                                    {"reason", "they mean nothing without nginx"}});
    ingress::EngineOptions options;
    options.cluster = ingress::ClusterOptions{*api_server, fmt::format("fairway/{}", kBuildInfo.version),
                                              writes_of(command, *api_server), place_of(command, *api_server)};
    return serve(std::move(options), command.serve, [](const ServedAddresses&) {});
}

}  // namespace fairway::app
