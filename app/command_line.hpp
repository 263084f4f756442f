// The command line: what the user asked for, as plain values. Flags that ingress-nginx has keep its names and defaults.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_address.hpp"
#include "base/log.hpp"
#include "ingress/explain.hpp"
#include "ingress/options.hpp"
#include "ingress/reports/resource.hpp"
#include "ingress/status/status_addresses.hpp"

namespace fairway::app {

/// Where an instance listens unless told otherwise, and where get, describe and explain look for it.
inline constexpr std::uint16_t kDefaultAdminPort = 10255;
inline constexpr const char* kDefaultAdminUrl = "http://127.0.0.1:10255";

/// --admin-address: where the admin API listens.
struct AdminListen {
    std::optional<SocketAddress> address;  ///< absent: nowhere
    bool by_default = true;  ///< nobody asked for this address, so that one in use is no reason not to serve
};

struct LogOptions {
    log::Level level = log::Level::info;
    log::Format format = log::Format::text;
};

/// --validating-webhook: where the API server asks whether an Ingress is good. Controller only.
struct WebhookOptions {
    struct Listen {
        std::optional<IpAddress> address;  ///< absent: every address
        std::uint16_t port = 0;            ///< 0: any free one
    };
    std::optional<Listen> listen;       ///< absent: nowhere
    std::filesystem::path certificate;  ///< --validating-webhook-certificate: PEM, read again when it changes
    std::filesystem::path key;          ///< --validating-webhook-key
};

/// Ports of ingress-nginx.
inline constexpr std::uint16_t kHttpPort = 80;
inline constexpr std::uint16_t kHttpsPort = 443;

/// What `run`, `demo` and `controller` share: how to serve, whatever is served.
struct ServeOptions {
    ingress::TranslationOptions translation;
    std::uint16_t http_port = kHttpPort;
    std::uint16_t https_port = kHttpsPort;
    std::uint16_t healthz_port = 10254;
    std::optional<IpAddress> healthz_host;  ///< --healthz-host; absent: every address
    bool metrics_per_host = true;
    AdminListen admin{SocketAddress{*IpAddress::parse("127.0.0.1"), kDefaultAdminPort}};
    unsigned workers = 0;  ///< --workers; 0: one for each CPU that the process may use
    std::chrono::seconds shutdown_grace{0};
    std::chrono::seconds post_shutdown_grace{10};  ///< controller only: how long SIGUSR2 lets it stay once drained
    std::vector<SocketAddress> resolvers;          ///< --resolver; empty: those of /etc/resolv.conf
    std::optional<SocketAddress> dns_address;      ///< --dns-address; absent: no DNS server
    bool allow_exec_probes = false;                ///< --allow-exec-probes; run only
    WebhookOptions webhook;
    LogOptions log;
};

enum class OutputFormat { text, json };

struct RunCommand {
    std::vector<std::filesystem::path> paths;
    ServeOptions serve;
};
struct DemoCommand {
    ServeOptions serve;
};
struct ControllerCommand {
    ServeOptions serve;
    std::filesystem::path kubeconfig;             ///< --kubeconfig; empty: not given
    std::filesystem::path certificate_authority;  ///< --certificate-authority of --apiserver-host; empty: the system's
    std::string context;                          ///< --kube-context; empty: its current one
    std::string apiserver_host;                   ///< --apiserver-host, a URL; empty: not given
    ingress::StatusOptions status;
    bool update_status = true;
    bool update_status_on_shutdown = true;
    bool report_internal_addresses = false;  ///< --report-node-internal-ip-address
    std::chrono::seconds status_interval{60};
    bool sync_events = true;  ///< false: --disable-sync-events
    bool elect = true;        ///< false: --disable-leader-election
    std::string election_id = "ingress-controller-leader";
    std::chrono::seconds election_ttl{30};
    std::vector<std::string> missed;   ///< flags of ingress-nginx that were given and ask for what is not done here
    std::vector<std::string> ignored;  ///< those that mean nothing here
};
struct LintCommand {
    std::vector<std::filesystem::path> paths;  ///< empty: ask the API server of `kubeconfig`
    std::filesystem::path kubeconfig;
    std::string context;  ///< --context; empty: its current one
    ingress::TranslationOptions translation;
    OutputFormat output = OutputFormat::text;
};
struct ExplainCommand {
    ingress::ExplainRequest request;
    std::vector<std::filesystem::path> paths;  ///< empty: ask the instance at `admin`
    std::string admin;                         ///< URL
    ingress::TranslationOptions translation;
    OutputFormat output = OutputFormat::text;
};
/// The KIND [NAME] of get and describe.
struct ObjectSelection {
    ingress::Resource resource = ingress::Resource::ingresses;
    std::string name;  ///< empty: all
    std::string ns = "default";
    bool all_namespaces = false;  ///< -A; `ns` does not count then
};
enum class GetForm { table, wide, json, name };
struct GetCommand {
    ObjectSelection selection;
    std::string admin;  ///< URL of the instance
    GetForm form = GetForm::table;
};
struct DescribeCommand {
    ObjectSelection selection;
    std::string admin;
};
struct EnvCommand {
    std::vector<std::filesystem::path> paths;
    ingress::TranslationOptions translation;
    std::string ns = "default";
    bool exported = false;  ///< "export " before each line
};
struct VersionCommand {
    OutputFormat output = OutputFormat::text;
};
struct CompletionCommand {
    std::string shell;  ///< "bash", "zsh" or "fish"
};

/// Started as /wait-shutdown.
struct WaitShutdownCommand {
    std::optional<pid_t> pid;  ///< absent: the process of this container that serves
};

/// Nothing left to do but to print this and exit: help, or an error.
struct Answer {
    int exit_code = 0;  ///< 0: `text` goes to standard output; 2: to standard error
    std::string text;
};

using Command =
    std::variant<RunCommand, DemoCommand, ControllerCommand, LintCommand, ExplainCommand, EnvCommand, GetCommand,
                 DescribeCommand, VersionCommand, CompletionCommand, WaitShutdownCommand, Answer>;

/// @param program_name  argv[0]. The name nginx-ingress-controller stands for the command `controller`;
///   wait-shutdown is a program of its own, as in ingress-nginx's image.
/// @param arguments  without argv[0].
/// @param privileged  whether ports below 1024 may be bound: decides between 80/443 and 8080/8443 (the controller: always 80/443).
Command parse_command_line(std::string_view program_name, const std::vector<std::string>& arguments, bool privileged);

}  // namespace fairway::app
