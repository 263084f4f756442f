#include "app/command_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "app/command_help.hpp"
#include "app/controller_options.hpp"
#include "app/parsed_option.hpp"

namespace fairway::app {

namespace {

const std::vector<std::string> kShells = {"bash", "zsh", "fish"};
const std::vector<std::string> kOutputs = {"text", "json"};
const std::vector<std::string> kForms = {"wide", "json", "name"};
const std::vector<std::string> kLevels = {"trace", "debug", "info", "warn", "error"};

CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& choices) {
    std::string all;
    for (const auto& choice : choices) all += (all.empty() ? "" : "|") + choice;
    return option->type_name(all)->check(CLI::IsMember(choices).description(""));
}

CLI::Option* add_paths(CLI::App& command, CommandValues& values) {
    return command
        .add_option("-f,--filename", values.paths,
                    "Manifest file, or folder read recursively (.yaml, .yml, .json); may be repeated")
        ->type_name("PATH")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);  // one path for each -f, so that other arguments may follow
}

void add_output(CLI::App& command, CommandValues& values) {
    one_of(command.add_option("-o,--output", values.output, "Form of the output"), kOutputs)->default_str("text");
}

Result<IpAddress> parse_address(const std::string& text) {
    const auto address = IpAddress::parse(text);
    if (address) return *address;
    return Error{fmt::format("\"{}\" is not an IP address; write one such as 127.0.0.1", text)};
}

/// Flags about Services as a cluster's network has them.
void add_services(CLI::App& command, ingress::TranslationOptions& options) {
    const char* const group = "Services";
    command
        .add_flag("--services", options.services,
                  "Open the ports of Services: node ports, load balancer ports, and a loopback address for each")
        ->group(group);
    add_parsed(command, "--service-address", options.service_address, parse_address,
               "Address of node ports and load balancer ports; 0.0.0.0: every one")
        ->type_name("IP")
        ->default_str("127.0.0.1")
        ->group(group);
    add_parsed(command, "--cluster-domain", options.cluster_domain, ingress::parse_cluster_domain,
               "Domain that the names of Services end with")
        ->type_name("DOMAIN")
        ->default_str("cluster.local")
        ->group(group);
    const auto map = [&](const char* name, std::optional<k8s::ObjectName>& target, const char* help) {
        add_parsed(command, name, target, ingress::parse_object_name, help)->type_name("NS/NAME")->group(group);
    };
    map("--tcp-services-configmap", options.tcp_services_configmap,
        "ConfigMap of TCP ports to forward: port -> namespace/service:port");
    map("--udp-services-configmap", options.udp_services_configmap,
        "ConfigMap of UDP ports to forward: port -> namespace/service:port");
}

/// Flags about the meaning of objects.
void add_translation(CLI::App& command, ingress::TranslationOptions& options) {
    const char* const group = "Meaning of objects";
    const auto object = [&](const char* name, std::optional<k8s::ObjectName>& target, const char* help) {
        add_parsed(command, name, target, ingress::parse_object_name, help)->type_name("NS/NAME")->group(group);
    };
    const auto text = [&](const char* name, std::string& target, const char* help, const char* type) {
        command.add_option(name, target, help)->type_name(type)->capture_default_str()->group(group);
    };
    object("--configmap", options.configmap, "ConfigMap with global settings, such as default/fairway");
    object("--default-ssl-certificate", options.default_ssl_certificate,
           "Secret for TLS clients that ask for an unknown host or none");
    object("--default-backend-service", options.default_backend_service, "Service for requests that no rule matches");
    text("--annotations-prefix", options.annotations_prefix, "Prefix of the annotations that are honoured", "PREFIX");
    text("--ingress-class", options.ingress_class,
         "Class that Ingresses name in the annotation kubernetes.io/ingress.class", "NAME");
    text("--controller-class", options.controller_class,
         "Ingresses of IngressClasses with this spec.controller are served", "NAME");
    command
        .add_flag("--ingress-class-by-name", options.ingress_class_by_name,
                  "Serve the IngressClass named as --ingress-class, too")
        ->group(group);
    command
        .add_flag("--watch-ingress-without-class", options.watch_ingress_without_class,
                  "Serve Ingresses that name no class; on by default except in a cluster, "
                  "--watch-ingress-without-class=false turns it off")
        ->group(group);
    text("--watch-namespace", options.watch_namespace, "Use objects of this namespace only; empty: all", "NAMESPACE");
    add_services(command, options);
    command
        .add_flag("--disable-catch-all", options.disable_catch_all, "Ignore Ingresses that have spec.defaultBackend")
        ->group(group);
    command
        .add_flag(
            "--deep-inspect", options.deep_inspect,
            "Refuse Ingresses with hosts, paths or Secret names that look like an attack on nginx; on by default, "
            "--deep-inspect=false turns it off")
        ->group(group);
    command
        .add_flag("--disable-svc-external-name", options.disable_service_external_name,
                  "Give Services of type ExternalName no endpoints")
        ->group(group);
    text("--geoip-directory", options.geoip_directory, "Folder of the GeoIP2 databases, for use-geoip2", "FOLDER");
    command
        .add_flag("--enable-ssl-passthrough", options.ssl_passthrough,
                  "Pass TLS for hosts with the annotation ssl-passthrough to their Service undecrypted")
        ->group(group);
}

Result<AdminListen> parse_admin_address(const std::string& text) {
    if (text.empty() || text == "off") return AdminListen{std::nullopt, false};
    const auto address = SocketAddress::parse(text);
    if (!address)
        return Error{fmt::format("\"{}\" is not an address and port; write one such as 127.0.0.1:10255, or off", text)};
    return AdminListen{*address, false};
}

void add_admin_url(CLI::App& command, CommandValues& values, const char* help) {
    command.add_option("--admin", values.admin, help)->type_name("URL");
}

/// KIND [NAME] and where to look for it.
void add_objects(CLI::App& command, CommandValues& values) {
    command.add_option("KIND", values.objects, "KIND [NAME], or KIND/NAME: such as services, svc kubia or pod/kubia-1")
        ->type_name("")
        ->required()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command.add_option("-n,--namespace", values.ns, "Namespace to look in")
        ->type_name("NAMESPACE")
        ->capture_default_str();
    command.add_flag("-A,--all-namespaces", values.all_namespaces, "Look in all namespaces");
    add_admin_url(command, values, "Admin address of the running instance; http://127.0.0.1:10255 by default");
}

void add_log(CLI::App& command, LogOptions& options) {
    const char* const group = "Log";
    one_of(add_parsed(command, "--log-level", options.level, log::parse_level, "Least important line to log"), kLevels)
        ->default_str("info")
        ->group(group);
    const auto set_format = [&options](const std::string& text) {
        options.format = text == "json" ? log::Format::json : log::Format::text;
    };
    one_of(command.add_option_function<std::string>("--log-format", set_format, "Form of log lines on standard error"),
           kOutputs)
        ->default_str("text")
        ->group(group);
}

void add_serving(CLI::App& command, ServeOptions& options) {
    const char* const group = "Serving";
    const auto port = [&](const char* name, std::uint16_t& target, const char* help) {
        command.add_option(name, target, help)
            ->type_name("PORT")
            ->capture_default_str()
            ->check(CLI::Range(0, 65535).description(""))
            ->group(group);
    };
    port("--http-port", options.http_port, "HTTP port; 0: any free one");
    port("--https-port", options.https_port, "HTTPS port; 0: any free one");
    port("--healthz-port", options.healthz_port, "Port of /healthz and /metrics; 0: any free one");
    const auto parse_path = [](const std::string& text) -> Result<std::string> {
        if (text.starts_with('/') && text != "/metrics") return text;
        return Error{fmt::format("\"{}\" is not a path for it; write one such as /healthz", text)};
    };
    add_parsed(command, "--health-check-path", options.translation.health_check_path, parse_path,
               "Says whether Fairway is healthy, on that port and where no host matches")
        ->type_name("PATH")
        ->group(group);
    const auto parse_host = [](const std::string& text) -> Result<std::optional<IpAddress>> {
        if (text.empty()) return std::optional<IpAddress>();
        const auto address = IpAddress::parse(text);
        if (!address)
            return Error{
                fmt::format("\"{}\" is not an IP address; write one such as 127.0.0.1, or leave it out for all", text)};
        return std::optional<IpAddress>(*address);
    };
    add_parsed(command, "--healthz-host", options.healthz_host, parse_host, "Address of that port; all by default")
        ->type_name("IP")
        ->group(group);
    const auto add_resolver = [&options](const std::string& text) {
        const auto address = IpAddress::parse(text);
        const auto server = address ? Result<SocketAddress>(SocketAddress{*address, 53}) : SocketAddress::parse(text);
        if (!server)
            throw CLI::ValidationError(
                "--resolver", fmt::format("\"{}\" is not a DNS server; write IP or IP:PORT, such as 192.0.2.53", text));
        options.resolvers.push_back(*server);
    };
    command
        .add_option_function<std::vector<std::string>>(
            "--resolver",
            [add_resolver](const std::vector<std::string>& texts) {
                for (const auto& text : texts) add_resolver(text);
            },
            "DNS server for names of ExternalName Services; may be repeated; those of /etc/resolv.conf by default")
        ->type_name("IP[:PORT]")
        ->allow_extra_args(false)
        ->group(group);
    add_parsed(command, "--admin-address", options.admin, parse_admin_address,
               "Address of the admin API, which fairway get asks; port 0: any free one; off: none")
        ->type_name("IP:PORT")
        ->default_str("127.0.0.1:10255")
        ->group(group);
    command
        .add_option("--workers", options.workers,
                    "Worker threads; by default one for each CPU allowed by affinity and cgroup")
        ->type_name("N")
        ->check(CLI::Range(1, 1024).description(""))
        ->group(group);
    command
        .add_flag("--metrics-per-host", options.metrics_per_host,
                  "Give request metrics a label with the host; on by default, --metrics-per-host=false turns it off")
        ->group(group);
    command
        .add_option_function<unsigned>(
            "--shutdown-grace-period",
            [&options](unsigned seconds) { options.shutdown_grace = std::chrono::seconds(seconds); },
            "Seconds for which clients are still accepted after SIGTERM, with /healthz at 503")
        ->type_name("SECONDS")
        ->default_str("0")
        ->check(CLI::Range(0, 86400).description(""))
        ->group(group);
}

void add_probes(CLI::App& command, ServeOptions& options) {
    command
        .add_flag("--allow-exec-probes", options.allow_exec_probes,
                  "Run the commands of exec probes on this machine; without it such Pods are never ready")
        ->group("Pods");
}

void add_environment(CLI::App& command, CommandValues& values) {
    command.add_option("-n,--namespace", values.ns, "Namespace of the Pod")
        ->type_name("NAMESPACE")
        ->capture_default_str();
    command.add_flag("--export", values.exported, "Write export before each variable, for eval in a shell");
}

void add_dns(CLI::App& command, ServeOptions& options) {
    const auto parse = [](const std::string& text) -> Result<std::optional<SocketAddress>> {
        const auto address = SocketAddress::parse(text);
        if (address) return std::optional<SocketAddress>(*address);
        return Error{fmt::format("\"{}\" is not an address with a port; write one such as 127.0.0.1:5353", text)};
    };
    add_parsed(command, "--dns-address", options.dns_address, parse,
               "Answer DNS for names of Services here, over UDP and TCP; port 0: any free one")
        ->type_name("IP:PORT")
        ->group("Services");
}

CLI::App* add_command(CLI::App& root, const char* name, const char* description, const char* footer) {
    CLI::App* command = root.add_subcommand(name, description);
    command->footer(footer);
    command->set_help_flag("-h,--help", "Print this help and exit");
    // Given twice, the last one counts: a script's default can be overridden at its end.
    command->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    return command;
}

}  // namespace

std::shared_ptr<CLI::App> declare_commands(CommandValues& values) {
    auto app =
        std::make_shared<CLI::App>("Fairway: an HTTP/HTTPS proxy that serves Kubernetes Ingress manifests.", "fairway");
    app->set_help_flag("-h,--help", "Print this help and exit");
    app->footer(kFooter);
    app->require_subcommand(0, 1);
    app->add_flag("-V,--version", values.version, "Print the version and exit");

    CLI::App* run =
        add_command(*app, "run", "Serve the manifests in files and folders, and follow their changes", kRunFooter);
    add_paths(*run, values)->required();
    CLI::App* demo =
        add_command(*app, "demo", "Serve a built-in example with three small pods, ready for curl", kDemoFooter);
    CLI::App* controller = add_command(*app, "controller", "Serve the Ingresses of a cluster, and follow their changes",
                                       kControllerFooter);
    add_controller_options(*controller, values);
    for (CLI::App* command : {run, demo, controller}) {
        add_serving(*command, values.serve);
        if (command != controller) add_dns(*command, values.serve);
        add_translation(*command, values.serve.translation);
        add_log(*command, values.serve.log);
    }
    controller->get_option("--http-port")->default_str(fmt::format("{}", kHttpPort));
    controller->get_option("--https-port")->default_str(fmt::format("{}", kHttpsPort));
    add_probes(*run, values.serve);
    CLI::App* lint = add_command(
        *app, "lint", "Say everything that is wrong with manifests or with a cluster's objects, without serving",
        kLintFooter);
    CLI::App* explain = add_command(*app, "explain", "Say why a request goes where it goes", kExplainFooter);
    explain->add_option("URL", values.request, "[METHOD] URL; the method is GET when left out")
        ->type_name("")
        ->required()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    explain->add_option("-X,--method", values.method, "Method of the request")->type_name("METHOD");
    explain->add_option("-H,--header", values.fields, "A field of the request; may be given several times")
        ->type_name("NAME:VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    explain->add_option("--source-ip", values.source, "Where the client's connection comes from")
        ->type_name("IP")
        ->capture_default_str();
    add_paths(*lint, values);
    add_cluster_to_read(*lint, values);
    add_paths(*explain, values);
    add_admin_url(*explain, values, "Ask the running instance with this admin address instead of reading manifests");
    for (CLI::App* command : {lint, explain}) {
        add_output(*command, values);
        add_translation(*command, values.serve.translation);
    }
    CLI::App* get = add_command(*app, "get", "Show objects of a running instance, as kubectl get does", kGetFooter);
    one_of(get->add_option("-o,--output", values.form, "More columns, JSON, or names only"), kForms);
    CLI::App* describe =
        add_command(*app, "describe", "Show all about an object of a running instance", kDescribeFooter);
    for (CLI::App* command : {get, describe}) add_objects(*command, values);
    CLI::App* env =
        add_command(*app, "env", "Print the variables by which a Pod's containers find Services", kEnvFooter);
    add_paths(*env, values)->required();
    add_environment(*env, values);
    CLI::App* version = add_command(*app, "version", "Print version, commit, compiler and library versions", "");
    add_output(*version, values);
    CLI::App* completion =
        add_command(*app, "completion", "Print a completion script for bash, zsh or fish", kCompletionFooter);
    one_of(completion->add_option("SHELL", values.shell, "The shell that will read it")->required(), kShells);
    return app;
}

std::vector<CommandInfo> command_tree() {
    CommandValues values;
    const auto app = declare_commands(values);
    std::vector<CommandInfo> tree;
    for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
        CommandInfo info{command->get_name(), command->get_description(), {}, {}};
        if (info.name == "completion") info.choices = kShells;
        if (info.name == "get" || info.name == "describe")
            for (const auto& resource : ingress::all_resources()) info.choices.emplace_back(resource.plural);
        for (const CLI::Option* option : command->get_options()) {
            if (option->nonpositional() == false) continue;
            OptionInfo described;
            for (const auto& letter : option->get_snames()) described.names.push_back("-" + letter);
            for (const auto& word : option->get_lnames()) described.names.push_back("--" + word);
            described.description = option->get_description();
            described.takes_value = option->get_items_expected_max() > 0;
            described.takes_path = option->get_type_name() == "PATH";
            described.hidden = option->get_group().empty();
            if (info.name == "get" && option->get_name() == "--output")
                described.choices = kForms;
            else if (option->get_name() == "--output" || option->get_name() == "--log-format")
                described.choices = kOutputs;
            if (option->get_name() == "--log-level") described.choices = kLevels;
            info.options.push_back(std::move(described));
        }
        tree.push_back(std::move(info));
    }
    return tree;
}

}  // namespace fairway::app
