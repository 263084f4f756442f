// `fairway controller`: finds the API server, then serves what it has.
#include <fmt/format.h>

#include <cstdlib>

#include "app/commands.hpp"
#include "app/serve.hpp"
#include "app/version.hpp"
#include "base/log.hpp"

namespace fairway::app {

namespace {

constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

Result<k8s::ClientConfig> api_server_of(const ControllerCommand& command) {
    if (!command.kubeconfig.empty()) return k8s::kubeconfig(command.kubeconfig, command.context);
    if (!command.apiserver_host.empty()) return k8s::config_of_url(command.apiserver_host);
    const auto variable = [](const char* name) -> std::optional<std::string> {
        const char* const value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    };
    return k8s::in_cluster_config(variable, kServiceAccount);
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
    options.cluster = ingress::ClusterOptions{*api_server, fmt::format("fairway/{}", kBuildInfo.version)};
    return serve(std::move(options), command.serve, [](const ServedAddresses&) {});
}

}  // namespace fairway::app
