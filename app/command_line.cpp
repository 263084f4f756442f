#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "app/command_options.hpp"
#include "app/ingress_nginx_flags.hpp"
#include "base/spelling.hpp"

namespace fairway::app {

namespace {

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const CommandInfo& command : command_tree()) names.push_back(command.name);
    return names;
}

std::vector<std::string> option_names(const std::string& command_name) {
    std::vector<std::string> names{"--help", "--version"};
    for (const CommandInfo& command : command_tree())
        if (command.name == command_name)
            for (const OptionInfo& option : command.options)
                names.insert(names.end(), option.names.begin(), option.names.end());
    return names;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
    const std::vector<std::string_view> views(candidates.begin(), candidates.end());
    return did_you_mean(word, views);
}

/// A word that nothing expects: names it, and what was perhaps meant.
std::string unexpected_word(const std::string& word, const std::string& command) {
    if (!word.starts_with('-') && command.empty()) {
        const auto names = command_names();
        return fmt::format("\"{}\" is not a command{}; commands are {}", word, suggestion(word, names),
                           fmt::join(names, ", "));
    }
    if (!word.starts_with('-')) return fmt::format("\"{}\" is one argument too many", word);
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("{} is not an option of {}{}", name, command.empty() ? "fairway" : "fairway " + command,
                       suggestion(name, option_names(command)));
}

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
    const auto commands = app.get_subcommands();
    const std::string command = commands.empty() ? "" : commands.front()->get_name();
    const auto extras = app.remaining(true);
    std::string message = error.what();
    if (!extras.empty())
        message = unexpected_word(extras.front(), command);
    else if (message == "--filename is required")
        message = "say what to read with -f PATH: a manifest file, or a folder of them";
    return fmt::format("fairway: {}\nSee: fairway {}--help\n", message, command.empty() ? "" : command + " ");
}

bool is_method(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

Answer wrong_usage(const std::string& message, const std::string& command) {
    return Answer{2, fmt::format("fairway: {}\nSee: fairway {} --help\n", message, command)};
}

/// KIND, KIND NAME or KIND/NAME, as kubectl takes them. Error: what is wrong with the words.
Result<ObjectSelection> selection_of(const CommandValues& values, const std::string& command) {
    auto words = values.objects;
    if (words.size() == 1)
        if (const auto slash = words[0].find('/'); slash != std::string::npos)
            words = {words[0].substr(0, slash), words[0].substr(slash + 1)};
    if (words.size() > 2) return Error{unexpected_word(words[2], command)};
    const auto* info = ingress::find_resource(words[0]);
    if (info == nullptr) {
        std::vector<std::string> plurals;
        for (const auto& known : ingress::all_resources()) plurals.emplace_back(known.plural);
        return Error{fmt::format("there is no resource type \"{}\"{}; there are {}", words[0],
                                 suggestion(words[0], plurals), fmt::join(plurals, ", "))};
    }
    ObjectSelection selection{info->resource, words.size() == 2 ? words[1] : "", values.ns, values.all_namespaces};
    if (selection.all_namespaces && !selection.name.empty())
        return Error{"a NAME is one of a namespace; write -n NAMESPACE instead of -A"};
    if (selection.ns.empty()) return Error{"-n needs the name of a namespace; -A means all"};
    return selection;
}

GetForm form_of(const std::string& text) {
    if (text == "wide") return GetForm::wide;
    if (text == "json") return GetForm::json;
    return text == "name" ? GetForm::name : GetForm::table;
}

Command object_command(const CommandValues& values, const std::string& command) {
    const auto selection = selection_of(values, command);
    if (!selection) return wrong_usage(selection.error().message, command);
    const std::string admin = values.admin.empty() ? kDefaultAdminUrl : values.admin;
    if (command == "describe") return DescribeCommand{*selection, admin};
    return GetCommand{*selection, admin, form_of(values.form)};
}

/// What the objects of a cluster mean, where there may be other controllers, whose Ingresses those without a class are.
void read_as_controller(const CLI::App& given, ingress::TranslationOptions& translation) {
    if (given.count("--watch-ingress-without-class") == 0) translation.watch_ingress_without_class = false;
    translation.class_objects_decide = true;
}

Command explain_command(const CommandValues& values) {
    if (values.request.size() > 2)
        return Answer{2, fmt::format("fairway: {}\nSee: fairway explain --help\n",
                                     unexpected_word(values.request[2], "explain"))};
    ingress::ExplainRequest request;
    request.url = values.request.back();
    if (values.request.size() == 2) request.method = values.request.front();
    if (!values.method.empty()) request.method = values.method;
    for (const auto& text : values.fields) {
        auto field = ingress::parse_explain_field(text);
        if (!field) return wrong_usage("--header: " + field.error().message, "explain");
        request.fields.push_back(*std::move(field));
    }
    const auto source = IpAddress::parse(values.source);
    if (!source) return wrong_usage(fmt::format("--source-ip: \"{}\" is not an IP address", values.source), "explain");
    request.source = *source;
    if (!is_method(request.method))
        return Answer{2, fmt::format("fairway: \"{}\" is not a method in capital letters; write METHOD URL, such as "
                                     "GET https://shop.example/\n"
                                     "See: fairway explain --help\n",
                                     request.method)};
    if (values.paths.empty() && values.admin.empty())
        return wrong_usage("say what to read with -f PATH (a manifest file, or a folder of them), or which running "
                           "instance to ask with --admin URL",
                           "explain");
    if (!values.paths.empty() && !values.admin.empty())
        return wrong_usage("-f reads manifests and --admin asks a running instance; give one of them", "explain");
    const auto output = values.output == "json" ? OutputFormat::json : OutputFormat::text;
    return ExplainCommand{request, values.paths, values.admin, values.serve.translation, output};
}

Command lint_command(const CLI::App& given, const CommandValues& values) {
    const auto& cluster = values.controller;
    if (values.paths.empty() && cluster.kubeconfig.empty())
        return wrong_usage(
            "say what to read with -f PATH (a manifest file, or a folder of them), or which cluster with "
            "--kubeconfig PATH",
            "lint");
    if (!values.paths.empty() && !cluster.kubeconfig.empty())
        return wrong_usage("-f reads manifests and --kubeconfig a cluster; give one of them", "lint");
    if (!cluster.context.empty() && cluster.kubeconfig.empty())
        return wrong_usage("--context names a context of the file given with --kubeconfig", "lint");
    const auto output = values.output == "json" ? OutputFormat::json : OutputFormat::text;
    LintCommand command{values.paths, cluster.kubeconfig, cluster.context, values.serve.translation, output};
    if (!command.kubeconfig.empty()) read_as_controller(given, command.translation);
    return command;
}

/// Cluster addresses exist with --services only, and a Pod's environment is made of them.
EnvCommand env_command(const CommandValues& values) {
    EnvCommand command{values.paths, values.serve.translation, values.ns, values.exported};
    command.translation.services = true;
    return command;
}

Command controller_command(const CLI::App& given, const CommandValues& values) {
    ControllerCommand command = values.controller;
    command.serve = values.serve;
    if (!command.kubeconfig.empty() && !command.apiserver_host.empty())
        return wrong_usage("--kubeconfig and --apiserver-host both say where the API server is; give one of them",
                           "controller");
    if (!command.certificate_authority.empty() && command.apiserver_host.empty())
        return wrong_usage("--certificate-authority verifies the server of --apiserver-host; give both", "controller");
    if (!command.context.empty() && command.kubeconfig.empty())
        return wrong_usage("--kube-context names a context of the file given with --kubeconfig", "controller");
    if (command.status.publish_service && !command.status.publish_addresses.empty())
        return wrong_usage(
            "--publish-service and --publish-status-address both say what the status of Ingresses gives; "
            "give one of them",
            "controller");
    if (command.serve.webhook.listen &&
        (command.serve.webhook.certificate.empty() || command.serve.webhook.key.empty()))
        return wrong_usage("--validating-webhook needs --validating-webhook-certificate and --validating-webhook-key",
                           "controller");
    if (!command.serve.translation.watch_namespace.empty() &&
        !command.serve.translation.watch_namespace_selector.empty())
        return wrong_usage("--watch-namespace and --watch-namespace-selector both say which namespaces count; give one "
                           "of them",
                           "controller");
    for (const auto& flag : values.without_effect) {
        const auto known = std::ranges::find_if(
            ingress_nginx_flags(), [&](const IngressNginxFlag& candidate) { return candidate.name == flag; });
        (known->missed ? command.missed : command.ignored).push_back(flag);
    }
    // A pod may bind any port: by its capability NET_BIND_SERVICE, as ingress-nginx's Deployment has it, or by a sysctl.
    if (given.count("--http-port") == 0) command.serve.http_port = kHttpPort;
    if (given.count("--https-port") == 0) command.serve.https_port = kHttpsPort;
    read_as_controller(given, command.serve.translation);
    return command;
}

Command wait_shutdown_command(const std::vector<std::string>& arguments) {
    if (arguments.empty()) return WaitShutdownCommand{};
    const std::string& text = arguments.front();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (arguments.size() > 1 || error != std::errc{} || end != text.data() + text.size() || pid <= 0)
        return Answer{2, "wait-shutdown: asks the fairway of this container to drain, and waits for it; "
                         "give nothing, or the number of its process\n"};
    return WaitShutdownCommand{pid};
}

Command command_of(const CLI::App& app, const CommandValues& values) {
    if (values.version) return VersionCommand{};
    const auto commands = app.get_subcommands();
    if (commands.empty()) return Answer{2, app.help()};
    const std::string name = commands.front()->get_name();
    const auto output = values.output == "json" ? OutputFormat::json : OutputFormat::text;
    if (name == "run") return RunCommand{values.paths, values.serve};
    if (name == "demo") return DemoCommand{values.serve};
    if (name == "controller") return controller_command(*commands.front(), values);
    if (name == "lint") return lint_command(*commands.front(), values);
    if (name == "explain") return explain_command(values);
    if (name == "get" || name == "describe") return object_command(values, name);
    if (name == "env") return env_command(values);
    if (name == "completion") return CompletionCommand{values.shell};
    return VersionCommand{output};
}

}  // namespace

Command parse_command_line(std::string_view program_name, const std::vector<std::string>& arguments, bool privileged) {
    auto words = arguments;
    const auto name = program_name.substr(program_name.rfind('/') + 1);
    if (name == "wait-shutdown") return wait_shutdown_command(arguments);
    // As ingress-nginx's Deployment starts it.
    if (name == "nginx-ingress-controller") words.insert(words.begin(), "controller");
    CommandValues values;
    values.serve.http_port = privileged ? kHttpPort : 8080;
    values.serve.https_port = privileged ? kHttpsPort : 8443;
    // ingress-nginx leaves Ingresses without a class to others; in files of one's own there are no others.
    values.serve.translation.watch_ingress_without_class = true;
    const auto app = declare_commands(values);
    try {
        app->parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants them reversed
    } catch (const CLI::CallForHelp&) {
        return Answer{0, app->help()};
    } catch (const CLI::ParseError& error) {
        return Answer{2, usage_error(*app, error)};
    }
    return command_of(*app, values);
}

}  // namespace fairway::app
