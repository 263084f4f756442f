#include "ingress/cluster_source.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <set>
#include <vector>

#include "base/log.hpp"
#include "k8s-client/api/resource_watch.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;

/// Changes that come within so long of each other make one snapshot.
constexpr std::chrono::milliseconds kGather{2};

constexpr std::string_view kCore = "/api/v1";
constexpr std::string_view kNetworking = "/apis/networking.k8s.io/v1";
constexpr std::string_view kDiscovery = "/apis/discovery.k8s.io/v1";

/// Secrets that hold neither certificates nor passwords, and are many and large.
constexpr const char* kSecretsThatMatter = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token";

std::vector<k8s::WatchedResource> resources_for(const TranslationOptions& options,
                                                const std::optional<k8s::ObjectName>& published) {
    const std::string& ns = options.watch_namespace;
    std::vector<k8s::WatchedResource> resources = {
        {k8s::Ingress::kKind, kNetworking, "ingresses", ns, {}, {}},
        {k8s::IngressClass::kKind, kNetworking, "ingressclasses", {}, {}, {}},
        {k8s::Service::kKind, kCore, "services", ns, {}, {}},
        {k8s::EndpointSlice::kKind, kDiscovery, "endpointslices", ns, {}, {}},
        {k8s::Secret::kKind, kCore, "secrets", ns, kSecretsThatMatter, {}},
    };
    if (published && !ns.empty() && published->ns != ns)
        resources.push_back(
            {k8s::Service::kKind, kCore, "services", published->ns, "metadata.name=" + published->name, {}});
    std::set<k8s::ObjectName> maps;
    for (const auto* name : {&options.configmap, &options.tcp_services_configmap, &options.udp_services_configmap})
        if (*name) maps.insert(**name);
    for (const auto& map : maps)
        resources.push_back({k8s::ConfigMap::kKind, kCore, "configmaps", map.ns, "metadata.name=" + map.name, {}});
    return resources;
}

}  // namespace

/// Kept alive by the coroutines, which may end a little later than the source.
struct ClusterSource::State : std::enable_shared_from_this<State> {
    struct Followed {
        Followed(k8s::ApiClient& client, k8s::WatchedResource resource, k8s::WatchEvents events)
            : watch(client, std::move(resource), std::move(events)) {}
        k8s::ResourceWatch watch;
        std::set<k8s::ObjectName> known;
        asio::cancellation_signal cancel;
        bool settled = false;
        bool denied = false;
        bool ended = false;
    };

    State(asio::io_context& context, std::shared_ptr<k8s::ApiClient> api, ObjectStore& objects,
          DiagnosticBook& diagnostics)
        : io(context), client(std::move(api)), store(objects), book(diagnostics), gather(io) {}

    void follow(k8s::WatchedResource resource) {
        const std::size_t index = all.size();
        const std::string kind(resource.kind);
        k8s::WatchEvents events;
        events.changed = [this, index](k8s::Decoded decoded) { changed(*all[index], std::move(decoded)); };
        events.deleted = [this, index, kind](const k8s::ObjectName& name) { deleted(*all[index], {kind, name}); };
        events.listed = [this, index, kind](const auto& names) { listed(*all[index], kind, names); };
        events.denied = [this, index] {
            all[index]->denied = !all[index]->settled;
            settled(*all[index]);
        };
        all.push_back(std::make_unique<Followed>(*client, std::move(resource), std::move(events)));
    }

    void changed(Followed& followed, k8s::Decoded decoded) {
        if (stopped) return;
        for (const auto& object : decoded.objects) followed.known.insert(k8s::meta_of(object).name);
        for (const auto& [kind, name] : decoded.refused) followed.known.insert(name);
        store.apply_live(std::move(decoded), book);
        tell_soon();
    }

    void deleted(Followed& followed, const ObjectKey& key) {
        if (stopped || followed.known.erase(key.name) == 0) return;
        store.remove_live(key, book);
        tell_soon();
    }

    void listed(Followed& followed, const std::string& kind, const std::set<k8s::ObjectName>& names) {
        if (stopped) return;
        std::vector<k8s::ObjectName> gone;
        std::ranges::set_difference(followed.known, names, std::back_inserter(gone));
        for (const auto& name : gone) deleted(followed, {kind, name});
        if (std::exchange(followed.denied, false)) tell_soon();
        settled(followed);
    }

    /// What there is to know of a kind is known. A kind that may not be read must not keep the others from being served.
    void settled(Followed& followed) {
        if (std::exchange(followed.settled, true) || stopped) return;
        tell_soon();
    }

    bool complete() const {
        return std::ranges::all_of(all, [](const auto& followed) { return followed->settled; });
    }

    void tell_soon() {
        if (telling || !complete()) return;
        telling = true;
        gather.expires_after(kGather);
        gather.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            self->telling = false;
            if (!error && !self->stopped) self->on_change();
        });
    }

    asio::io_context& io;
    std::shared_ptr<k8s::ApiClient> client;
    ObjectStore& store;
    DiagnosticBook& book;
    std::vector<std::unique_ptr<Followed>> all;
    std::function<void()> on_change;
    asio::steady_timer gather;
    bool telling = false;
    bool stopped = false;
};

ClusterSource::ClusterSource(asio::io_context& io, std::shared_ptr<k8s::ApiClient> client,
                             const TranslationOptions& translation, const std::optional<k8s::ObjectName>& published,
                             ObjectStore& store, DiagnosticBook& book)
    : state_(std::make_shared<State>(io, std::move(client), store, book)) {
    for (auto& resource : resources_for(translation, published)) state_->follow(std::move(resource));
}

bool ClusterSource::denied(std::string_view kind) const {
    return std::ranges::any_of(
        state_->all, [&](const auto& followed) { return followed->denied && followed->watch.resource().kind == kind; });
}

ClusterSource::~ClusterSource() {
    state_->stopped = true;
    state_->gather.cancel();
    for (const auto& followed : state_->all)
        if (!followed->ended) followed->cancel.emit(asio::cancellation_type::terminal);
}

void ClusterSource::start(std::function<void()> on_change) {
    state_->on_change = std::move(on_change);
    log::info("cluster.following", {{"server", state_->client->config().url()}});
    for (const auto& followed : state_->all) {
        auto* const one = followed.get();
        asio::co_spawn(
            state_->io, one->watch.run(),
            asio::bind_cancellation_slot(one->cancel.slot(), [state = state_, one](const std::exception_ptr& error) {
                one->ended = true;
                if (error && !state->stopped) std::rethrow_exception(error);
            }));
    }
}

}  // namespace fairway::ingress
