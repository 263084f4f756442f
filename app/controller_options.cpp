#include "app/controller_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "app/ingress_nginx_flags.hpp"
#include "app/parsed_option.hpp"
#include "ingress/label_selector.hpp"

namespace fairway::app {

namespace {

void add_cluster(CLI::App& command, ControllerCommand& options) {
    const char* const group = "Cluster";
    command
        .add_option("--kubeconfig", options.kubeconfig,
                    "How to reach the API server; without it, the pod's service account")
        ->type_name("PATH")
        ->group(group);
    command.add_option("--kube-context", options.context, "Context of the kubeconfig, if not its current one")
        ->type_name("NAME")
        ->group(group);
    command
        .add_option("--certificate-authority", options.certificate_authority,
                    "Certificate authorities that the server of --apiserver-host is verified by; PEM")
        ->type_name("PATH")
        ->group(group);
    command
        .add_option("--apiserver-host", options.apiserver_host,
                    "URL of an API server that asks for no credentials, such as that of kubectl proxy")
        ->type_name("URL")
        ->group(group);
}

/// A duration as Go writes it, in whole units: "30s", "1m30s". Zero is the default of 30 s, as in ingress-nginx.
Result<std::chrono::seconds> parse_ttl(const std::string& text) {
    constexpr std::chrono::seconds kLongest = std::chrono::hours(1);
    std::chrono::seconds ttl{0};
    std::string_view rest = text;
    for (const auto& [unit, seconds] : {std::pair('h', 3600), std::pair('m', 60), std::pair('s', 1)}) {
        std::uint16_t count = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
        const auto digits = static_cast<std::size_t>(end - rest.data());
        if (error != std::errc{} || digits >= rest.size() || rest[digits] != unit) continue;
        ttl += std::chrono::seconds(seconds) * count;
        rest.remove_prefix(digits + 1);
    }
    if (text.empty() || !rest.empty())
        return Error{fmt::format("\"{}\" is not a duration; write one such as 30s", text)};
    return ttl.count() == 0 ? std::chrono::seconds(30) : std::min(ttl, kLongest);
}

void add_status(CLI::App& command, ControllerCommand& options) {
    const char* const group = "Status of Ingresses";
    add_parsed(command, "--publish-service", options.status.publish_service, ingress::parse_object_name,
               "Service whose addresses the status gives")
        ->type_name("NS/NAME")
        ->group(group);
    command
        .add_option("--publish-status-address", options.status.publish_addresses,
                    "IP addresses and host names that the status gives, with commas")
        ->delimiter(',')
        ->type_name("ADDRESS,...")
        ->group(group);
    command
        .add_flag("--update-status", options.update_status,
                  "Write the status; on by default, --update-status=false turns it off")
        ->group(group);
    command
        .add_option_function<unsigned>(
            "--status-update-interval",
            [&options](unsigned seconds) { options.status_interval = std::chrono::seconds(std::max(seconds, 5U)); },
            "Seconds between two looks at every status; 5 at least")
        ->type_name("SECONDS")
        ->default_str("60")
        ->group(group);
    command
        .add_option("--election-id", options.election_id, "Lease by which one replica leads, which writes the status")
        ->type_name("NAME")
        ->capture_default_str()
        ->group(group);
    add_parsed(command, "--election-ttl", options.election_ttl, parse_ttl,
               "How long a leader that falls silent still counts")
        ->type_name("DURATION")
        ->default_str("30s")
        ->group(group);
    command
        .add_flag_callback(
            "--disable-leader-election", [&options] { options.elect = false; }, "Nobody leads: no status is written")
        ->group(group);
}

Result<std::optional<WebhookOptions::Listen>> parse_webhook_address(const std::string& text) {
    using Listen = WebhookOptions::Listen;
    // ":8443", as ingress-nginx's chart writes it, is every address.
    const auto address = SocketAddress::parse(text.starts_with(':') ? "0.0.0.0" + text : text);
    if (!address) return Error{fmt::format("\"{}\" is not an address with a port; write one such as :8443", text)};
    if (text.starts_with(':')) return std::optional(Listen{std::nullopt, address->port});
    return std::optional(Listen{address->ip, address->port});
}

void add_events_and_webhook(CLI::App& command, CommandValues& values) {
    const char* const group = "Events and admission webhook";
    command
        .add_flag_callback(
            "--disable-sync-events", [&values] { values.controller.sync_events = false; },
            "Write no Events about Ingresses and ConfigMaps")
        ->group(group);
    auto& webhook = values.serve.webhook;
    add_parsed(command, "--validating-webhook", webhook.listen, parse_webhook_address,
               "Where the API server asks whether an Ingress is good, over HTTPS; port 0: any free one")
        ->type_name("[IP]:PORT")
        ->group(group);
    command
        .add_option("--validating-webhook-certificate", webhook.certificate,
                    "Certificate chain of the webhook in PEM, read again when it changes")
        ->type_name("PATH")
        ->group(group);
    command.add_option("--validating-webhook-key", webhook.key, "Its private key in PEM")
        ->type_name("PATH")
        ->group(group);
    command
        .add_flag("--enable-annotation-validation", values.serve.translation.validate_annotations,
                  "The webhook denies bad values of annotations; on by default, --enable-annotation-validation=false "
                  "makes warnings of them, and redirects may hold variables")
        ->group(group);
}

void add_shutdown(CLI::App& command, ServeOptions& options) {
    command
        .add_option_function<unsigned>(
            "--post-shutdown-grace-period",
            [&options](unsigned seconds) { options.post_shutdown_grace = std::chrono::seconds(seconds); },
            "Seconds for which a drain that /wait-shutdown began waits for SIGTERM, once it is over")
        ->type_name("SECONDS")
        ->default_str("10")
        ->check(CLI::Range(0, 86400).description(""))
        ->group("Serving");
}

/// Flags that need to know the pod that we are, or the namespaces of the cluster.
void add_place(CLI::App& command, CommandValues& values) {
    const char* const status = "Status of Ingresses";
    command
        .add_flag("--report-node-internal-ip-address", values.controller.report_internal_addresses,
                  "Without --publish-service and --publish-status-address: internal addresses of nodes only")
        ->group(status);
    command
        .add_flag("--update-status-on-shutdown", values.controller.update_status_on_shutdown,
                  "Empty the status when the last replica ends; on by default, --update-status-on-shutdown=false "
                  "turns it off")
        ->group(status);
    auto& translation = values.serve.translation;
    add_parsed(command, "--watch-namespace-selector", translation.watch_namespace_selector,
               ingress::parse_label_selector, "Serve Ingresses of namespaces with these labels only")
        ->type_name("SELECTOR")
        ->group("Meaning of objects");
    command
        .add_flag("--enable-topology-aware-routing", translation.topology_aware_routing,
                  "Prefer endpoints with a hint for our zone, where a Service asks for it")
        ->group("Meaning of objects");
}

/// Accepted, in no help text: what was given is told at the start.
void add_ingress_nginx_flags(CLI::App& command, CommandValues& values) {
    for (const IngressNginxFlag& flag : ingress_nginx_flags()) {
        const std::string name = flag.name;
        const auto note = [&values, name](const std::string&) { values.without_effect.push_back(name); };
        auto* const option = command.add_option_function<std::string>(name, note)->group("");
        if (!flag.takes_value) option->expected(0, 1);
    }
}

}  // namespace

void add_cluster_to_read(CLI::App& command, CommandValues& values) {
    const char* const group = "Cluster";
    command
        .add_option("--kubeconfig", values.controller.kubeconfig,
                    "Read the objects of this cluster instead of files; nothing is written there")
        ->type_name("PATH")
        ->group(group);
    command
        .add_option("--context,--kube-context", values.controller.context,
                    "Context of the kubeconfig, if not its current one")
        ->type_name("NAME")
        ->group(group);
}

void add_controller_options(CLI::App& command, CommandValues& values) {
    add_cluster(command, values.controller);
    add_status(command, values.controller);
    add_shutdown(command, values.serve);
    add_events_and_webhook(command, values);
    add_place(command, values);
    add_ingress_nginx_flags(command, values);
}

}  // namespace fairway::app
