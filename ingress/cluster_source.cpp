#include "ingress/cluster_source.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "base/log.hpp"
#include "ingress/cluster/resources.hpp"
#include "ingress/cluster/secret_keeper.hpp"
#include "ingress/cluster/watch_task.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;

/// Changes that come within so long of each other make one snapshot.
constexpr std::chrono::milliseconds kGather{2};
/// How long a change waits for the objects that it refers to for the first time.
constexpr std::chrono::seconds kPatience{1};
/// Between two questions for the namespace that no answer came to.
constexpr std::chrono::seconds kPause{1};
/// Secrets that are read again at a time, because they are needed only now.
constexpr std::size_t kMostReads = 4;

/// What one watch brings into the store.
struct Followed {
    std::string kind;
    std::set<k8s::ObjectName> known;
    bool settled = false;  ///< what there is to know is known
    bool denied = false;   ///< it may not be read, and never could be
    std::unique_ptr<WatchTask> task;
};

}  // namespace

/// Kept alive by its timers.
struct ClusterSource::State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, std::shared_ptr<k8s::ApiClient> api, ObjectStore& objects,
          DiagnosticBook& diagnostics)
        : io(context), client(std::move(api)), store(objects), book(diagnostics), gather(io), patience(io) {}

    void follow(Followed& followed, k8s::WatchedResource resource) {
        followed.kind = resource.kind;
        k8s::WatchEvents events;
        events.changed = [this, &followed](k8s::Decoded decoded) { changed(followed, std::move(decoded)); };
        events.deleted = [this, &followed](const k8s::ObjectName& name) { deleted(followed, name); };
        events.listed = [this, &followed](const auto& names) { listed(followed, names); };
        events.denied = [this, &followed] {
            followed.denied |= !followed.settled;
            settled(followed);
        };
        followed.task = std::make_unique<WatchTask>(io, client, std::move(resource), std::move(events));
    }

    void changed(Followed& followed, k8s::Decoded decoded) {
        for (const auto& object : decoded.objects) followed.known.insert(k8s::meta_of(object).name);
        for (const auto& [kind, name] : decoded.refused) followed.known.insert(name);
        secrets.sift(decoded);
        if (store.apply_live(std::move(decoded), book)) tell_soon();
    }

    void deleted(Followed& followed, const k8s::ObjectName& name) {
        if (followed.known.erase(name) == 0) return;
        if (followed.kind == k8s::Secret::kKind) secrets.forget(name);
        store.remove_live({followed.kind, name}, book);
        tell_soon();
    }

    void listed(Followed& followed, const std::set<k8s::ObjectName>& names) {
        std::vector<k8s::ObjectName> gone;
        std::ranges::set_difference(followed.known, names, std::back_inserter(gone));
        for (const auto& name : gone) deleted(followed, name);
        if (std::exchange(followed.denied, false)) tell_soon();
        settled(followed);
    }

    /// What there is to know of a kind is known. A kind that may not be read must not keep the others from being served.
    void settled(Followed& followed) {
        if (!std::exchange(followed.settled, true)) tell_soon();
    }

    // What is needed by name

    void need_configmap(const k8s::ObjectName& name, bool needed) {
        if (named.contains(name)) return;
        if (needed) {
            if (!further.contains(name)) follow(further[name], one_configmap(name));
            return wait_with_patience();
        }
        const auto found = further.find(name);
        if (found == further.end()) return;
        const auto dropped = std::move(found->second);
        further.erase(found);
        if (!dropped.known.empty()) store.remove_live({k8s::ConfigMap::kKind, name}, book);
    }

    void need_secret(const k8s::ObjectName& name, bool needed) {
        secrets.need(name, needed);
        if (!needed) return strip(name);
        if (!secrets.withheld(name)) return;
        to_read.push_back(name);
        read_more();
        wait_with_patience();
    }

    void strip(const k8s::ObjectName& name) {
        const auto* const secret = store.find<k8s::Secret>(name);
        if (!sorted_out || secret == nullptr || secret->withheld) return;
        k8s::Decoded decoded;
        decoded.objects.emplace_back(SecretKeeper::without_content(*secret));
        secrets.sift(decoded);
        store.apply_live(std::move(decoded), book);
    }

    void strip_all() {
        if (std::exchange(sorted_out, true)) return;
        secrets.sort_out();
        std::vector<k8s::ObjectName> others;
        store.for_each<k8s::Secret>([&](const k8s::Secret& secret) {
            if (!secrets.needs(secret.meta.name)) others.push_back(secret.meta.name);
        });
        for (const auto& name : others) strip(name);
    }

    /// A watch of one Secret, only until it has brought it: it tries again as long as it takes.
    void read_more() {
        while (!to_read.empty() && reading.size() < kMostReads) {
            const auto name = to_read.front();
            to_read.pop_front();
            if (!secrets.needs(name) || !secrets.withheld(name) || reading.contains(name)) continue;
            k8s::WatchEvents events;
            events.changed = [this, name](k8s::Decoded decoded) {
                if (!secrets.withheld(name)) return;  // the watch of all Secrets was faster
                secrets.sift(decoded);
                store.apply_live(std::move(decoded), book);
            };
            events.listed = [this, name](const auto&) { was_read(name); };
            events.denied = [this, name] { was_read(name); };
            reading[name] = std::make_unique<WatchTask>(io, client, one_secret(name), std::move(events));
        }
    }

    void was_read(const k8s::ObjectName name) {  // by value: the task that tells goes
        reading.erase(name);
        read_more();
        tell_soon();
    }

    /// Asks once; whoever may not ask does without the answer.
    static asio::awaitable<void> look_for_namespace(std::shared_ptr<State> self) {
        const auto target =
            "/api/v1/namespaces/" + boost::urls::encode(self->only_namespace, boost::urls::unreserved_chars);
        asio::steady_timer pause(self->io);
        for (;;) {
            try {
                const auto answer = co_await self->client->get(target);
                self->namespace_missing = answer.status == k8s::kNotFound;
                self->namespace_settled = !k8s::is_passing(answer.status);
            } catch (const k8s::ApiUnreachable&) {  // the watches tell of it
            }
            if (self->stopped || self->namespace_settled) break;
            pause.expires_after(kPause);
            co_await pause.async_wait(asio::use_awaitable);
        }
        self->tell_soon();
    }

    bool complete() const {
        const auto is_settled = [](const Followed& followed) { return followed.settled; };
        return namespace_settled && std::ranges::all_of(all, is_settled) &&
               (nothing_needed_is_missing() || (told && !patient));
    }

    bool nothing_needed_is_missing() const {
        return reading.empty() && to_read.empty() &&
               std::ranges::all_of(further, [](const auto& one) { return one.second.settled; });
    }

    void wait_with_patience() {
        if (std::exchange(patient, true)) return;
        patience.expires_after(kPatience);
        patience.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (error) return;
            self->patient = false;
            self->tell_soon();
        });
    }

    void tell_soon() {
        if (telling || stopped || !complete()) return;
        if (nothing_needed_is_missing()) {
            patient = false;
            patience.cancel();
        }
        telling = true;
        gather.expires_after(kGather);
        gather.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            self->telling = false;
            if (error || self->stopped) return;
            self->on_change();
            if (self->complete()) self->told = true;
        });
    }

    asio::io_context& io;
    std::shared_ptr<k8s::ApiClient> client;
    ObjectStore& store;
    DiagnosticBook& book;
    std::set<k8s::ObjectName> named;              ///< ConfigMaps that flags name
    std::vector<k8s::WatchedResource> resources;  ///< that are followed from start() on
    std::deque<Followed> all;                     ///< of `resources`
    std::map<k8s::ObjectName, Followed> further;  ///< ConfigMaps that objects name
    SecretKeeper secrets;
    std::deque<k8s::ObjectName> to_read;  ///< Secrets whose content is needed after all
    std::map<k8s::ObjectName, std::unique_ptr<WatchTask>> reading;
    std::string only_namespace;      ///< --watch-namespace
    bool namespace_settled = false;  ///< none is given, or it was asked for
    bool namespace_missing = false;
    std::function<void()> on_change;
    asio::steady_timer gather;
    asio::steady_timer patience;
    bool patient = false;  ///< until `patience` expires
    bool told = false;     ///< of a complete cluster
    bool sorted_out = false;
    bool telling = false;
    bool stopped = false;
};

ClusterSource::ClusterSource(asio::io_context& io, std::shared_ptr<k8s::ApiClient> client,
                             const TranslationOptions& translation, const std::optional<k8s::ObjectName>& published,
                             ObjectStore& store, DiagnosticBook& book)
    : state_(std::make_shared<State>(io, std::move(client), store, book)) {
    state_->resources = resources_for(translation, published);
    state_->named = named_configmaps(translation);
    state_->only_namespace = translation.watch_namespace;
    state_->namespace_settled = state_->only_namespace.empty();
}

ClusterSource::~ClusterSource() {
    state_->stopped = true;
    state_->gather.cancel();
    state_->patience.cancel();
    state_->all.clear();
    state_->further.clear();
    state_->reading.clear();
}

void ClusterSource::start(std::function<void()> on_change) {
    state_->on_change = std::move(on_change);
    log::info("cluster.following", {{"server", state_->client->config().url()}});
    if (!state_->namespace_settled) asio::co_spawn(state_->io, State::look_for_namespace(state_), asio::detached);
    // All of them are there before the first one can be settled.
    state_->all.resize(state_->resources.size());
    for (std::size_t i = 0; i < state_->resources.size(); ++i)
        state_->follow(state_->all[i], std::move(state_->resources[i]));
}

void ClusterSource::need(const ObjectKey& object, bool needed) {
    if (object.kind == k8s::ConfigMap::kKind) state_->need_configmap(object.name, needed);
    if (object.kind == k8s::Secret::kKind) state_->need_secret(object.name, needed);
}

void ClusterSource::drop_what_nobody_needs() { state_->strip_all(); }

bool ClusterSource::complete() const { return state_->complete(); }

bool ClusterSource::namespace_is_missing() const { return state_->namespace_missing; }

bool ClusterSource::denied(std::string_view kind) const {
    return std::ranges::any_of(state_->all,
                               [&](const Followed& followed) { return followed.denied && followed.kind == kind; });
}

}  // namespace fairway::ingress
