// The control plane in one class: manifests in, snapshots and diagnostics out.
// run, demo, lint and explain are thin users of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "ingress/admission/answer.hpp"
#include "ingress/cluster/cluster_listing.hpp"
#include "ingress/cluster_source.hpp"
#include "ingress/diagnostics.hpp"
#include "ingress/discovery/dns_message.hpp"
#include "ingress/discovery/environment.hpp"
#include "ingress/explain.hpp"
#include "ingress/external_names/options.hpp"
#include "ingress/options.hpp"
#include "ingress/probes/prober.hpp"
#include "ingress/reports/object_reports.hpp"
#include "routing/snapshot.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

/// A manifest that is no file: what `fairway demo` carries.
struct BuiltInManifest {
    std::string name;  ///< stands for the file name in messages
    std::string text;
};

struct EngineOptions {
    std::vector<std::filesystem::path> paths;  ///< -f: files, and folders taken recursively
    std::vector<BuiltInManifest> built_in;
    TranslationOptions translation;
    /// Given: Pods with probes are not ready until watch() has probed them. Absent (lint, explain): their manifests
    /// alone decide.
    std::optional<ProbeOptions> probes;
    std::optional<ClusterOptions> cluster;  ///< the objects of a cluster instead of files
    std::optional<ListingOptions> listing;  ///< the objects that a cluster has now, which load() reads (lint)
    NameResolverOptions resolver;           ///< how the names of ExternalName Services are resolved while watch() is on
};

/// All functions are for the control thread.
class Engine {
public:
    /// @param snapshot  the new configuration, never null; the same as before when only diagnostics changed.
    /// @param fresh     the diagnostics that were not there before.
    using ChangeHandler = std::function<void(std::shared_ptr<const routing::Snapshot> snapshot, const Report& fresh)>;

    explicit Engine(EngineOptions options);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Reads all sources and translates them. Call once, first. Never throws for bad input: see Report::refuses_start().
    /// With EngineOptions::listing it waits for the API server, and throws when that does not answer.
    /// @return everything found, also notices.
    Report load();

    /// False while a cluster has not told all of its objects once: what load() gave is not worth serving then.
    bool complete() const noexcept;

    /// Never null after load().
    std::shared_ptr<const routing::Snapshot> snapshot() const;
    /// All diagnostics that hold now.
    Report report() const;
    /// ConfigMap key bind-address; empty: every address. Read once at start-up.
    std::vector<IpAddress> bind_addresses() const;

    /// Follows the cluster, or the files (inotify): `handler` is called in `io` within 100 ms of the last write to a file. A broken edit
    /// keeps the last good version of its objects. Probes run from now on, and a Pod that became ready or unready is one
    /// more reason to call the handler, in the same turn of `io`. So is a new answer for the name of an ExternalName
    /// Service; DNS is asked for the first time now. Call after load(); ends with stop_watching() or the Engine.
    /// Errors: the kernel's limit of inotify watches or instances.
    Result<void> watch(boost::asio::io_context& io, ChangeHandler handler);
    void stop_watching();
    /// In a cluster: lets another replica lead. The last that is done before the end; runs the io_context of watch().
    void leave();
    /// The service listeners that could not be opened, instead of those reported before: warnings about their owners.
    /// @return what was not known yet, to be logged.
    Report report_listeners(const std::vector<routing::ListenerProblem>& problems);
    /// Reads every file again, whether or not it seems changed (SIGHUP), and calls the handler of watch().
    void reload();

    /// What probes have found out; nullptr without EngineOptions::probes.
    const Prober* prober() const noexcept;

    /// The reply to a DNS query about the objects that hold now, or nullopt to say nothing (discovery/dns_message.hpp).
    std::optional<std::vector<std::uint8_t>> answer_dns(std::span<const std::uint8_t> query,
                                                        DnsTransport transport) const;
    /// What a Pod of the namespace sees in its environment; needs TranslationOptions::services.
    Environment environment(const std::string& ns) const;

    /// The answer to an API server that asks whether an Ingress may be stored; see admission/admission.hpp. Once complete().
    AdmissionAnswer review_admission(std::string_view body) const;

    /// Errors: a URL without host, or one that is not http or https.
    Result<Explanation> explain(const ExplainRequest& request, const ExplainSteps& steps) const;

    /// The live objects, as the admin API shows them: see report_objects(). The stream must not outlive the Engine.
    /// @param address  what the status of Ingresses says.
    ReportStream objects(const ReportQuery& query, const IngressAddress& address) const;

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace fairway::ingress
