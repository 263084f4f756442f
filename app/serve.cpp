#include "app/serve.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <memory>
#include <optional>

#include "admin/status_pages.hpp"
#include "app/admin_api.hpp"
#include "app/commands.hpp"
#include "app/cpu_count.hpp"
#include "app/drain.hpp"
#include "app/explain_steps.hpp"
#include "app/process_limits.hpp"
#include "app/version.hpp"
#include "app/wait_shutdown.hpp"
#include "app/webhook.hpp"
#include "ingress/discovery/dns_server.hpp"
#include "proxy/server.hpp"
#include "routing/route_table.hpp"

namespace fairway::app {

namespace {

namespace asio = boost::asio;

/// How long the workers may take to pick up their first configuration; a matter of milliseconds.
constexpr std::chrono::seconds kFirstConfigurationLimit{30};

std::string environment(const char* name, const std::string& otherwise) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string machine_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

admin::Identity identity_of(const ServeOptions& serving) {
    return {environment("POD_NAMESPACE", ""), environment("POD_NAME", machine_name()),
            serving.translation.controller_class, kBuildInfo.version, kBuildInfo.commit};
}

/// Between two tries to open the service listeners whose ports were taken.
constexpr std::chrono::seconds kListenerRetry{3};

/// Ports of ours that a Service must not take. Those that the system chooses are not known yet.
std::vector<ingress::ReservedPort> reserved_ports(const ServeOptions& serving) {
    std::vector<ingress::ReservedPort> ports = {
        {.port = serving.http_port, .flag = "--http-port", .address = {}},
        {.port = serving.https_port, .flag = "--https-port", .address = {}},
        {.port = serving.healthz_port, .flag = "--healthz-port", .address = serving.healthz_host}};
    if (serving.dns_address)
        ports.push_back({.port = serving.dns_address->port,
                         .flag = "--dns-address",
                         .address = serving.dns_address->ip,
                         .udp = true});
    if (serving.webhook.listen)
        ports.push_back({.port = serving.webhook.listen->port,
                         .flag = "--validating-webhook",
                         .address = serving.webhook.listen->address});
    std::erase_if(ports, [](const ingress::ReservedPort& reserved) { return reserved.port == 0; });
    return ports;
}

ingress::EngineOptions with_serving(ingress::EngineOptions options, const ServeOptions& serving) {
    options.translation = serving.translation;
    options.translation.reserved_ports = reserved_ports(serving);
    if (!options.cluster)  // where the kubelet probes
        options.probes = ingress::ProbeOptions{serving.allow_exec_probes, kBuildInfo.version};
    options.resolver.dns.servers = serving.resolvers;
    if (serving.https_port != 0) options.translation.public_https_port = serving.https_port;
    return options;
}

std::size_t count_paths(const routing::RouteTable& routes) {
    std::size_t count = 0;
    for (const auto& host : routes.hosts()) count += host->routes().size();
    return count;
}

class Instance {
public:
    Instance(ingress::EngineOptions options, const ServeOptions& serving)
        : serving_(serving),
          engine_(with_serving(std::move(options), serving)),
          signals_(io_),
          listener_retry_(io_),
          drain_(io_, drain_steps()),
          last_wait_(io_) {}

    int serve(const std::function<void(const ServedAddresses&)>& on_ready) {
        listen_for_signals();
        load();
        open_health();
        follow_sources();
        if (!engine_.complete()) return exit_code_;  // ended before there was anything to serve
        open_ports();
        go_live();
        const ServedAddresses addresses{server_->http_port(), server_->https_port(), health_server_->port(),
                                        admin_api_.url()};
        log_started(addresses);
        on_ready(addresses);
        io_.run();
        io_.restart();
        engine_.leave();
        admin_api_.close();
        webhook_.close();
        health_server_.reset();
        dns_server_.reset();
        server_->stop_now();
        return exit_code_;
    }

private:
    void listen_for_signals() {
        for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) signals_.add(number);
        wait_for_signal();
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) return;
            on_signal(number);
            wait_for_signal();
        });
    }

    void on_signal(int number) {
        if (!server_) {
            if (number == SIGTERM || number == SIGINT || number == SIGUSR2) finish(0);
            return;
        }
        if (number == SIGUSR2) end_needs_signal_ = true;
        if (number == SIGHUP) {
            log::info("reload", {{"signal", "SIGHUP"}});
            engine_.reload();
        }
        if (number == SIGHUP || number == SIGUSR1) {
            server_->reopen_access_log();
        } else if (drained_) {
            finish(exit_code_);
        } else if (!drain_.started()) {
            log::info("drain.started", {{"grace", fmt::format("{}s", serving_.shutdown_grace.count())},
                                        {"open_connections", server_->open_connections()}});
            drain_.start({serving_.shutdown_grace, engine_.snapshot()->settings->worker_shutdown_timeout});
        } else if (number != SIGUSR2) {
            log::warn("stopped.at_once", {{"open_connections", server_->open_connections()}});
            finish(1);
        }
    }

    DrainSteps drain_steps() {
        return {[this] {
                    server_->start_drain();
                    webhook_.drain();
                },
                [this] { server_->ignore_new_clients(); }, [this] { server_->stop_accepting(); },
                [this] { return server_->open_connections(); },
                [this](bool complete) {
                    if (complete)
                        log::info("stopped");
                    else
                        log::warn("stopped.with_connections", {{"open_connections", server_->open_connections()}});
                    end_drained();
                }};
    }

    /// When Fairway ends, all else in its container does, /wait-shutdown too. So it stays until that has seen the end of
    /// the drain: the kubelet then sends SIGTERM.
    void end_drained() {
        if (!end_needs_signal_) return finish(0);
        drained_ = true;
        ::prctl(PR_SET_NAME, kDrainedName);
        last_wait_.expires_after(serving_.post_shutdown_grace);
        last_wait_.async_wait([this](const boost::system::error_code& error) {
            if (!error) finish(0);
        });
    }

    void finish(int exit_code) {
        exit_code_ = exit_code;
        io_.stop();
    }

    void load() {
        const ingress::Report report = engine_.load();
        ingress::log_report(report);
        if (report.refuses_start())
            throw WrongConfiguration(
                "not started, because of the errors above; correct them, or see: fairway lint --help");
        configuration_.last_successful = true;
    }

    void open_health() {
        admin::HttpServerOptions health;
        health.address = serving_.healthz_host;
        health.port = serving_.healthz_port;
        const admin::StatusSources sources{[this] { return health_now(); }, [this] { return metrics_now(); },
                                           serving_.translation.health_check_path};
        const auto handler = [sources](const admin::HttpRequest& request) {
            return admin::status_page(sources, request);
        };
        naming_flags("--healthz-port", [&] { health_server_.emplace(io_, health, handler); });
    }

    /// From here on changes arrive. Returns when there is something to serve: at once with files; with a cluster when all
    /// of its objects are known, or a signal ended the wait.
    void follow_sources() {
        const auto watched =
            engine_.watch(io_, [this](auto next, const ingress::Report& fresh) { on_change(std::move(next), fresh); });
        if (!watched) throw std::runtime_error(watched.error().message);
        if (engine_.complete()) return;
        while (!engine_.complete() && !io_.stopped()) io_.run_one();
        if (engine_.complete()) ingress::log_report(engine_.report());
    }

    void open_ports() {
        proxy::ServerOptions options;
        options.workers = serving_.workers != 0 ? serving_.workers : allowed_cpus();
        options.bind_addresses = engine_.bind_addresses();
        options.http_port = serving_.http_port;
        options.https_port = serving_.https_port;
        workers_ = options.workers;
        naming_flags("--http-port, --https-port", [&] { server_.emplace(options); });
        open_dns();
        naming_flags("--admin-address", [&] { admin_api_.open(io_, serving_.admin, admin_sources()); });
        webhook_.open(io_, serving_.webhook, [this](std::string_view body) { return engine_.review_admission(body); });
    }

    admin::ApiSources admin_sources() {
        return {[this](const ingress::ReportQuery& query) {
                    return engine_.objects(query,
                                           {engine_.bind_addresses(), server_->http_port(), server_->https_port()});
                },
                [this](const ingress::ExplainRequest& request) { return engine_.explain(request, explain_steps); }};
    }

    void open_dns() {
        if (!serving_.dns_address) return;
        ingress::DnsServerOptions options;
        options.address = *serving_.dns_address;
        const auto handler = [this](std::span<const std::uint8_t> query, ingress::DnsTransport transport) {
            return engine_.answer_dns(query, transport);
        };
        naming_flags("--dns-address", [&] { dns_server_.emplace(io_, options, handler); });
    }

    /// Those who open ports do not know the flags that choose them; the user does.
    template <class Open>
    static void naming_flags(const char* flags, Open open) {
        try {
            open();
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(fmt::format("{} ({})", error.what(), flags));
        }
    }

    void go_live() {
        const auto snapshot = engine_.snapshot();
        server_->publish(snapshot);
        if (!server_->wait_for(snapshot->generation, kFirstConfigurationLimit))
            throw std::runtime_error(
                "the workers did not take up the first configuration in time; is the machine overloaded?");
        count_applied();
        live_generation_ = snapshot->generation;
        report_listeners();
    }

    void on_change(std::shared_ptr<const routing::Snapshot> snapshot, const ingress::Report& fresh) {
        ingress::log_report(fresh);
        if (snapshot->generation != live_generation_) {
            live_generation_ = snapshot->generation;
            log::info("configuration.applied",
                      {{"generation", live_generation_}, {"hosts", snapshot->routes->host_count()}});
            server_->publish(std::move(snapshot));
            report_listeners();
        }
        configuration_.last_successful = !engine_.report().refuses_start();
        if (configuration_.last_successful)
            count_applied();
        else
            ++configuration_.failed;
    }

    /// Service listeners that cannot be opened end nothing: their owners are told, and the ports are tried again.
    void report_listeners() {
        ingress::log_report(engine_.report_listeners(server_->listener_problems()));
        if (server_->listener_problems().empty()) return;
        listener_retry_.expires_after(kListenerRetry);
        listener_retry_.async_wait([this](const boost::system::error_code& error) {
            if (error || drain_.started()) return;
            server_->retry_listeners();
            report_listeners();
        });
    }

    void count_applied() {
        ++configuration_.applied;
        configuration_.last_success = std::chrono::system_clock::now();
    }

    admin::Health health_now() const {
        if (drain_.started()) return admin::Health::draining;
        return live_generation_ != 0 ? admin::Health::ready : admin::Health::starting;
    }

    admin::MetricsInput metrics_now() const {
        return {identity_of(serving_), {serving_.metrics_per_host},
                configuration_,        server_ ? server_->metrics() : proxy::Metrics(),
                engine_.report(),      engine_.snapshot(),
                engine_.prober()};
    }

    void log_started(const ServedAddresses& addresses) const {
        const auto url = [](const char* scheme, std::uint16_t port) {
            return fmt::format("{}://127.0.0.1:{}", scheme, port);
        };
        const auto& routes = *engine_.snapshot()->routes;
        log::info("started", {{"http", url("http", addresses.http_port)},
                              {"https", url("https", addresses.https_port)},
                              {"health", url("http", addresses.healthz_port) + serving_.translation.health_check_path},
                              {"admin", addresses.admin_url.empty() ? "off" : addresses.admin_url},
                              {"dns", dns_server_ ? dns_server_->address().to_string() : "off"},
                              {"hosts", routes.host_count()},
                              {"paths", count_paths(routes)},
                              {"workers", workers_},
                              {"version", kBuildInfo.version}});
    }

    const ServeOptions serving_;
    asio::io_context io_{1};
    ingress::Engine engine_;
    asio::signal_set signals_;
    asio::steady_timer listener_retry_;
    Drain drain_;
    asio::steady_timer last_wait_;
    bool end_needs_signal_ = false;  ///< SIGUSR2 came: stay, once drained, for the SIGTERM that follows
    bool drained_ = false;
    std::optional<proxy::Server> server_;
    std::optional<admin::HttpServer> health_server_;
    AdminApi admin_api_;
    Webhook webhook_;
    std::optional<ingress::DnsServer> dns_server_;
    admin::ConfigurationStatus configuration_;
    unsigned workers_ = 0;
    std::uint64_t live_generation_ = 0;  ///< 0: none yet
    int exit_code_ = 0;
};

}  // namespace

int serve(ingress::EngineOptions options, const ServeOptions& serving,
          const std::function<void(const ServedAddresses&)>& on_ready) {
    log::configure(serving.log.level, serving.log.format);
    prepare_process();
    return Instance(std::move(options), serving).serve(on_ready);
}

}  // namespace fairway::app
