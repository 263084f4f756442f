#include "ingress/engine.hpp"

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.hpp"
#include "ingress/admission/admission.hpp"
#include "ingress/discovery/zone.hpp"
#include "ingress/endpoints/topology.hpp"
#include "ingress/events/ingress_events.hpp"
#include "ingress/explainer.hpp"
#include "ingress/external_names/name_resolver.hpp"
#include "ingress/file_source.hpp"
#include "ingress/file_watch.hpp"
#include "ingress/listener_diagnostics.hpp"
#include "ingress/object_store.hpp"
#include "ingress/ocsp/stapler.hpp"
#include "ingress/probes/review.hpp"
#include "ingress/translator.hpp"

namespace fairway::ingress {

namespace {

/// How often certificates are judged without any change: they expire by themselves.
constexpr auto kCertificateReview = std::chrono::hours(1);

/// For the API server to take back the leader's Lease, at the end of the process; and for the statuses that are emptied.
constexpr std::chrono::seconds kGoodbye(2);
constexpr std::chrono::seconds kGoodbyeWithStatuses(20);

}  // namespace

class Engine::State {
public:
    explicit State(EngineOptions engine_options)
        : options(std::move(engine_options)),
          source(options.paths, store, book),
          translator(sources(), options.translation, book),
          zone({sources(), translator.cluster_addresses(), options.translation.cluster_domain,
                options.translation.watch_namespace}) {
        if (options.probes) prober.emplace(readiness, book, *options.probes);
    }

    ~State() { *alive = false; }

    EndpointSources sources() const {
        return {store, readiness, options.translation.disable_service_external_name ? nullptr : &answers, &answers,
                options.translation.topology_aware_routing ? &own_zone : nullptr};
    }

    /// @param pods   whose readiness changed although no object did.
    /// @param names  of ExternalName Services, whose addresses changed.
    /// @param touched  Services whose endpoints may be others now, although no object changed.
    void translate(const std::set<k8s::ObjectName>& pods = {}, const std::set<std::string>& names = {},
                   std::set<k8s::ObjectName> touched = {}) {
        const auto changes = store.take_changes();
        first_seen.note(changes, std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
        review_pods(changes);
        if (prober) prober->follow(changes);
        for (const auto& name : pods)
            if (const auto* pod = store.find<k8s::Pod>(name)) touched.merge(services_of(*pod));
        const auto& external = translator.backends().external_names();
        for (const auto& name : names)
            if (const auto users = external.find(name); users != external.end())
                touched.insert(users->second.begin(), users->second.end());
        snapshot = translator.apply(changes, touched);
        if (events) events->changed(changes);
        if (resolver) resolver->follow(external, dns_families());
        follow_certificates();
        if (!cluster) return;
        for (const auto& object : translator.needs().take_changed())
            cluster->need(object, translator.needs().needs(object));
    }

    /// The objects of a cluster as they are now, those that other objects name after them.
    void read_cluster() {
        listing.emplace(*options.listing, options.translation, store, book);
        listing->read();
        translator.deny_class_objects(listing->denied(k8s::IngressClass::kKind));
        do translate();
        while (listing->read_needed(translator.needs()));
    }

    /// With enable-ocsp: asks about those that are served now.
    void follow_certificates() {
        if (!stapler) return;
        stapler->follow(translator.settings().ocsp ? translator.served_certificates()
                                                   : std::vector<std::shared_ptr<const tls::Certificate>>());
    }

    DnsFamilies dns_families() const {
        return translator.settings().disable_ipv6_dns ? DnsFamilies::ipv4 : DnsFamilies::both;
    }

    std::set<k8s::ObjectName> services_of(const k8s::Pod& pod) const {
        const auto names = translator.services_of(pod);
        return {names.begin(), names.end()};
    }

    void review_pods(const std::vector<ObjectChange>& changes) {
        const auto exec = !options.probes              ? ExecProbes::not_run_here
                          : options.probes->allow_exec ? ExecProbes::allowed
                                                       : ExecProbes::refused;
        for (const auto& change : changes) {
            if (change.key.kind != k8s::Pod::kKind) continue;
            const auto* pod = object_as<k8s::Pod>(change.after);
            book.replace("probes:" + change.key.name.to_string(),
                         pod != nullptr ? review_probes(*pod, exec) : std::vector<Diagnostic>());
        }
    }

    /// Listeners are opened once, so this key alone waits for the next start.
    void review_bind_addresses() {
        std::vector<Diagnostic> diagnostics;
        if (translator.settings().bind_addresses != bind_addresses)
            diagnostics.push_back(
                {.severity = Severity::warning,
                 .where = {},
                 .kind = k8s::ConfigMap::kKind,
                 .object = options.translation.configmap.value_or(k8s::ObjectName{}),
                 .field = "data.bind-address",
                 .message = "changed; restart Fairway to listen on the new addresses. The old ones stay",
                 .reason = "RestartNeeded"});
        book.replace("bind-address", std::move(diagnostics));
    }

    /// After a change of files, time, readiness or names: translates, and tells the handler if there is something to tell.
    void follow(const std::set<k8s::ObjectName>& pods = {}, const std::set<std::string>& names = {}) {
        translate(pods, names);
        tell();
    }

    void tell() {
        if (!complete || (cluster && !cluster->complete())) return;  // what objects refer to is still being read
        review_bind_addresses();
        const auto fresh = book.take_fresh();
        if (events) events->found(fresh);
        const bool news = std::exchange(told, snapshot) != snapshot;
        if (handler && (news || !fresh.diagnostics.empty())) handler(snapshot, fresh);
    }

    /// Errors of the client's certificates are thrown.
    void follow_api_server(boost::asio::io_context& io) {
        const ClusterOptions& given = *options.cluster;
        const auto client = std::make_shared<k8s::ApiClient>(io, given.client, given.user_agent);
        writes.emplace(io, client, given.writes, [this] { return status_changes(); });
        cluster.emplace(io, client, options.translation, given.writes.status.publish_service, store, book);
        if (given.place.wants_anything()) place.emplace(io, client, given.place, [this] { follow_place(); });
        cluster->start([this] { follow_cluster(); });
    }

    std::vector<k8s::LoadBalancerAddress> addresses() const {
        return status_addresses(options.cluster->writes.status, store,
                                place ? place->node_addresses() : std::vector<std::string>());
    }

    /// Ingresses whose status does not say where clients reach them.
    std::vector<StatusChange> status_changes() const {
        const auto wanted = addresses();
        if (wanted.empty()) return {};  // not known yet: what is there stays
        return changes_to(wanted);
    }

    std::vector<StatusChange> changes_to(const std::vector<k8s::LoadBalancerAddress>& wanted) const {
        std::vector<StatusChange> changes;
        store.for_each<k8s::Ingress>([&](const k8s::Ingress& ingress) {
            if (translator.record(ingress.meta.name) == nullptr) return;
            auto told_status = ingress.status;
            std::ranges::sort(told_status);
            if (told_status != wanted) changes.push_back({ingress.meta.name, ingress.meta.resource_version, wanted});
        });
        return changes;
    }

    /// What the last replica takes back (reference 5.4): a list of several addresses, such as those of nodes that others
    /// serve, too, stays.
    std::vector<StatusChange> last_changes() const {
        const auto& given = options.cluster->writes;
        const bool alone = place && place->settled() && place->other_replicas() == 0;
        if (!given.update_status || !given.update_status_on_shutdown || !alone || addresses().size() > 1) return {};
        auto changes = changes_to({});
        for (auto& change : changes) change.resource_version.clear();  // whatever it says
        return changes;
    }

    /// The cluster has told all of its objects, or something has changed since.
    void follow_cluster() {
        translator.deny_class_objects(cluster->denied(k8s::IngressClass::kKind));
        if (!complete && !placed()) return;
        translate();
        if (!cluster->complete()) return;  // it calls again
        if (complete)
            tell();
        else
            begin();
        writes->look_soon();
    }

    /// As in ingress-nginx, whoever mistypes a flag hears of it before clients do.
    void expect_what_flags_name() const {
        if (cluster->namespace_is_missing())
            throw std::runtime_error("there is no namespace " + options.translation.watch_namespace +
                                     ", whose objects alone are to be used (--watch-namespace)");
        const auto& published = options.cluster->writes.status.publish_service;
        if (published && is_missing(*published))
            throw std::runtime_error("there is no Service " + published->to_string() +
                                     ", whose addresses the status of Ingresses is to give (--publish-service)");
        const auto& standing_in = options.translation.default_backend_service;
        const auto& ns = options.translation.watch_namespace;
        if (standing_in && (ns.empty() || standing_in->ns == ns) && is_missing(*standing_in))
            throw std::runtime_error("there is no Service " + standing_in->to_string() +
                                     ", which is to answer what no rule matches (--default-backend-service)");
    }

    bool is_missing(const k8s::ObjectName& service) const {
        return store.find<k8s::Service>(service) == nullptr && !cluster->denied(k8s::Service::kKind);
    }

    /// The first configuration is known.
    void begin() {
        expect_what_flags_name();
        complete = true;
        told = snapshot;
        cluster->drop_what_nobody_needs();
        bind_addresses = translator.settings().bind_addresses;
        book.take_fresh();
        events.emplace(store, translator, [this](k8s::Event event) { writes->tell(std::move(event)); });
        events->started(book.current(), std::chrono::system_clock::now());
        writes->start();
    }

    bool placed() const { return !place || place->settled(); }

    /// Where we run is known, or is another place now.
    void follow_place() {
        if (options.translation.topology_aware_routing && std::exchange(own_zone, place->zone()) != place->zone()) {
            log::info("zone.found", {{"zone", own_zone}});
            if (complete) translate({}, {}, services_with_topology());
        }
        if (complete) {
            tell();
            writes->look_soon();
        } else if (cluster->complete()) {
            follow_cluster();
        }
    }

    std::set<k8s::ObjectName> services_with_topology() const {
        std::set<k8s::ObjectName> services;
        store.for_each<k8s::Service>([&](const k8s::Service& service) {
            if (asks_for_topology(service)) services.insert(service.meta.name);
        });
        return services;
    }

    /// Does it once a period, until stop_watching() takes the timer away.
    void every(std::unique_ptr<boost::asio::steady_timer>& timer, std::chrono::minutes period,
               std::function<void()> action) {
        timer->expires_after(period);
        timer->async_wait([this, &timer, period, action = std::move(action),
                           still = alive](const boost::system::error_code& error) mutable {
            if (error || !*still || !timer) return;
            action();
            if (*still && timer) every(timer, period, std::move(action));
        });
    }

    void review_certificates() {
        translator.review_certificates();
        follow();
    }

    void review_geo_databases() {
        const auto wait = translator.settings().geoip2_reload;
        if (wait.count() == 0 || ++minutes_since_geo_review < wait.count()) return;
        minutes_since_geo_review = 0;
        translator.review_geo_databases();
        follow();
    }

    EngineOptions options;
    ObjectStore store;
    PodReadiness readiness;
    NameAnswers answers;
    FirstSeen first_seen;
    DiagnosticBook book;
    FileSource source;
    Translator translator;
    Zone zone;
    std::string own_zone;  ///< node label topology.kubernetes.io/zone of where we run
    std::optional<Prober> prober;
    std::optional<NameResolver> resolver;
    std::optional<Stapler> stapler;
    std::shared_ptr<const routing::Snapshot> snapshot;
    std::shared_ptr<const routing::Snapshot> told;  ///< to the handler
    std::vector<IpAddress> bind_addresses;
    ChangeHandler handler;
    std::unique_ptr<FileWatch> watch;
    std::optional<ClusterSource> cluster;
    std::optional<ClusterListing> listing;
    std::optional<ControllerPlace> place;
    std::optional<ClusterWrites> writes;
    std::optional<IngressEvents> events;  ///< once the cluster is known
    bool complete = false;
    std::unique_ptr<boost::asio::steady_timer> review_timer;
    std::unique_ptr<boost::asio::steady_timer> geo_timer;
    int minutes_since_geo_review = 0;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);  ///< false for handlers that outlive us
};

Engine::Engine(EngineOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Engine::~Engine() { stop_watching(); }

Report Engine::load() {
    for (const auto& manifest : state_->options.built_in)
        state_->store.apply_file(manifest.name, k8s::decode(manifest.text, manifest.name), state_->book);
    state_->source.load_all();
    if (state_->options.listing)
        state_->read_cluster();
    else
        state_->translate();
    state_->bind_addresses = state_->translator.settings().bind_addresses;
    state_->book.take_fresh();
    state_->complete = !state_->options.cluster;
    state_->told = state_->snapshot;
    if (state_->options.cluster) return {};  // of which nothing is known yet
    return state_->listing ? state_->listing->judged(report()) : report();
}

bool Engine::complete() const noexcept { return state_->complete; }

std::shared_ptr<const routing::Snapshot> Engine::snapshot() const { return state_->snapshot; }

Report Engine::report() const { return state_->book.current(); }

std::vector<IpAddress> Engine::bind_addresses() const { return state_->bind_addresses; }

Result<void> Engine::watch(boost::asio::io_context& io, ChangeHandler handler) {
    state_->handler = std::move(handler);
    if (state_->options.cluster) {
        state_->follow_api_server(io);
    } else {
        auto watch = FileWatch::start(io, state_->source, [state = state_.get()] { state->follow(); });
        if (!watch) return watch.error();
        state_->watch = *std::move(watch);
    }
    state_->review_timer = std::make_unique<boost::asio::steady_timer>(io);
    state_->every(state_->review_timer, kCertificateReview, [state = state_.get()] { state->review_certificates(); });
    state_->geo_timer = std::make_unique<boost::asio::steady_timer>(io);
    state_->every(state_->geo_timer, std::chrono::minutes(1),
                  [state = state_.get()] { state->review_geo_databases(); });
    state_->resolver.emplace(io, state_->options.resolver, state_->answers,
                             [state = state_.get()](const auto& names) { state->follow({}, names); });
    state_->resolver->follow(state_->translator.backends().external_names(), state_->dns_families());
    state_->stapler.emplace(io, [state = state_.get()](const tls::Staples& staples) {
        state->translator.use_staples(staples);
        state->follow();
    });
    state_->follow_certificates();
    if (state_->prober) state_->prober->start(io, [state = state_.get()](const auto& pods) { state->follow(pods); });
    return {};
}

void Engine::stop_watching() {
    state_->watch.reset();
    state_->place.reset();
    state_->cluster.reset();
    state_->events.reset();
    state_->writes.reset();
    state_->review_timer.reset();
    state_->geo_timer.reset();
    if (state_->prober) state_->prober->stop();
    state_->resolver.reset();
    state_->stapler.reset();
}

void Engine::leave() {
    if (!state_->writes || !state_->writes->leading()) return;
    auto last = state_->last_changes();
    const std::chrono::seconds limit = last.empty() ? kGoodbye : kGoodbyeWithStatuses;
    state_->writes->leave(std::move(last), limit);
}

Report Engine::report_listeners(const std::vector<routing::ListenerProblem>& problems) {
    state_->book.replace("service-listeners", listener_diagnostics(problems));
    return state_->book.take_fresh();
}

void Engine::reload() {
    if (state_->options.cluster) return;  // nothing that a watch does not bring
    state_->source.rescan(FileSource::Reread::all);
    if (state_->watch) {
        if (const auto synced = state_->watch->sync(); !synced)
            log::error("files.watch_failed", {{"error", synced.error().message}});
    }
    state_->follow();
}

const Prober* Engine::prober() const noexcept { return state_->prober ? &*state_->prober : nullptr; }

std::optional<std::vector<std::uint8_t>> Engine::answer_dns(std::span<const std::uint8_t> query,
                                                            DnsTransport transport) const {
    return answer_dns_message(query, state_->zone, transport);
}

Environment Engine::environment(const std::string& ns) const {
    return pod_environment(state_->store, state_->translator.cluster_addresses(), ns);
}

AdmissionAnswer Engine::review_admission(std::string_view body) const {
    return answer_review(body, state_->translator);
}

Result<Explanation> Engine::explain(const ExplainRequest& request, const ExplainSteps& steps) const {
    return ingress::explain(request, state_->snapshot, state_->store, state_->translator, steps);
}

ReportStream Engine::objects(const ReportQuery& query, const IngressAddress& address) const {
    State& state = *state_;
    return report_objects({.endpoints = state.sources(),
                           .translator = state.translator,
                           .book = state.book,
                           .probed = state.prober ? &state.prober->pods() : nullptr,
                           .first_seen = state.first_seen,
                           .snapshot = state.snapshot,
                           .ingress_address = address},
                          query);
}

}  // namespace fairway::ingress
