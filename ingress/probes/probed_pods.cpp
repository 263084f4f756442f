#include "ingress/probes/probed_pods.hpp"

#include <algorithm>

namespace fairway::ingress {

namespace {

using TimePoint = ProbeClock::time_point;
using namespace std::chrono_literals;

/// So many new containers are probed at once; more are spread, one each kSpreadStep, but over one period at most.
constexpr std::size_t kFewNew = 64;
constexpr auto kSpreadStep = 250us;

/// FNV-1a with a final mix: the same for a container whenever it is seen.
std::uint64_t hash_of(const k8s::ObjectName& pod, const std::string& container) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const auto* part : {&pod.ns, &pod.name, &container}) {
        for (const char c : *part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        hash = (hash ^ 0xff) * 0x100000001b3;
    }
    hash ^= hash >> 32;
    return hash * 0x9e3779b97f4a7c15;
}

/// A part of `whole` that is always the same for a container, evenly distributed over all containers.
ProbeClock::duration part_of(ProbeClock::duration whole, const ProbedContainer& container) {
    constexpr std::uint64_t kParts = 1 << 20;
    const auto part = hash_of(container.pod, container.spec->name) >> 44;
    return whole / static_cast<std::int64_t>(kParts) * static_cast<std::int64_t>(part);
}

/// The next point in time at which a probe of this period runs: every container has a phase of its own. The first gap
/// is between half a period and one and a half, so that probes that began together drift apart; all others are one.
TimePoint next_run(const ProbedContainer& container, TimePoint last_due, TimePoint now) {
    const auto period = container.probe(*container.state.current(*container.spec)).period;
    const auto phase = part_of(period, container);
    const auto earliest = std::max(last_due + period / 2, now).time_since_epoch() - phase;
    const ProbeClock::duration step = period;
    return TimePoint((earliest + step - ProbeClock::duration(1)) / step * step + phase);
}

bool has_exec(const k8s::Container& container) {
    const auto is_exec = [](const std::optional<k8s::Probe>& probe) {
        return probe && std::holds_alternative<k8s::ExecAction>(probe->action);
    };
    return is_exec(container.startup) || is_exec(container.readiness);
}

bool same_probe(const std::optional<k8s::Probe>& a, const std::optional<k8s::Probe>& b) {
    return a.has_value() == b.has_value() && (!a || a->same_check(*b));
}

std::optional<std::uint16_t> port_of(const k8s::Container& container, const std::optional<k8s::Probe>& probe) {
    return probe ? probed_port(container, *probe) : 0;
}

bool same_checks(const k8s::Container& a, const k8s::Container& b) {
    return a.name == b.name && same_probe(a.startup, b.startup) && same_probe(a.readiness, b.readiness) &&
           port_of(a, a.startup) == port_of(b, b.startup) && port_of(a, a.readiness) == port_of(b, b.readiness);
}

}  // namespace

std::optional<std::uint16_t> probed_port(const k8s::Container& container, const k8s::Probe& probe) {
    k8s::IntOrString port = 0;
    if (const auto* http = std::get_if<k8s::HttpGetAction>(&probe.action)) port = http->port;
    if (const auto* tcp = std::get_if<k8s::TcpSocketAction>(&probe.action)) port = tcp->port;
    if (const auto* grpc = std::get_if<k8s::GrpcAction>(&probe.action)) port = grpc->port;
    if (const auto* number = std::get_if<std::int32_t>(&port)) return static_cast<std::uint16_t>(*number);
    const auto named = std::ranges::find(container.ports, std::get<std::string>(port), &k8s::ContainerPort::name);
    if (named == container.ports.end()) return std::nullopt;
    return static_cast<std::uint16_t>(named->container_port);
}

bool can_be_probed(const k8s::Pod& pod) {
    return !pod.meta.deletion_time && pod.phase != "Succeeded" && pod.phase != "Failed" && !pod.pod_ips.empty() &&
           IpAddress::parse(pod.pod_ips.front()).has_value();
}

std::vector<ProbeId> ProbedPods::follow(const std::vector<ObjectChange>& changes, TimePoint now) {
    std::vector<ProbeId> gone;
    std::vector<ProbedContainer*> fresh;
    for (const auto& change : changes) {
        if (change.key.kind != k8s::Pod::kKind) continue;
        const auto* pod = object_as<k8s::Pod>(change.after);
        if (pod != nullptr && can_be_probed(*pod))
            replace(change.after, fresh, gone, now);
        else
            remove(change.key.name, gone);
    }
    spread(fresh, now);
    return gone;
}

void ProbedPods::replace(const ObjectPtr& object, std::vector<ProbedContainer*>& fresh, std::vector<ProbeId>& gone,
                         TimePoint now) {
    const auto& pod = *object_as<k8s::Pod>(object);
    const auto& name = pod.meta.name;
    const auto address = *IpAddress::parse(pod.pod_ips.front());
    std::vector<ProbedContainer> before;
    if (const auto known = pods_.find(name); known != pods_.end()) before = std::move(known->second.containers);

    Entry next{object, {}};
    std::set<ProbeId> added;
    for (const auto& spec : pod.containers) {
        if (!spec.startup && !spec.readiness) continue;
        const auto same = std::ranges::find_if(before, [&](const ProbedContainer& candidate) {
            return candidate.id != 0 && candidate.pod_address == address && same_checks(*candidate.spec, spec);
        });
        if (same != before.end()) {
            next.containers.push_back(std::move(*same));
            same->id = 0;  // taken over
        } else {
            ProbedContainer container;
            container.id = ++last_id_;
            container.pod = name;
            container.pod_address = address;
            container.since = now;
            added.insert(container.id);
            next.containers.push_back(std::move(container));
        }
        next.containers.back().spec = &spec;
    }
    for (auto& container : before) {
        if (container.id == 0) continue;
        unschedule(container);
        by_id_.erase(container.id);
        gone.push_back(container.id);
    }
    if (next.containers.empty() && pod.readiness_gates.empty()) {
        pods_.erase(name);
        readiness_->forget(name);
        return;
    }
    const auto at = pods_.insert_or_assign(name, std::move(next)).first;
    for (auto& container : at->second.containers) {
        by_id_[container.id] = &container;
        container.refused = (has_exec(*container.spec) && !allow_exec_) ||
                            !port_of(*container.spec, container.spec->startup) ||
                            !port_of(*container.spec, container.spec->readiness);
        if (added.contains(container.id) && !container.refused) fresh.push_back(&container);
    }
    settle(name, at->second);
}

void ProbedPods::remove(const k8s::ObjectName& pod, std::vector<ProbeId>& gone) {
    const auto found = pods_.find(pod);
    if (found == pods_.end()) return;
    for (auto& container : found->second.containers) {
        unschedule(container);
        by_id_.erase(container.id);
        gone.push_back(container.id);
    }
    pods_.erase(found);
    readiness_->forget(pod);
    changed_.erase(pod);
}

void ProbedPods::spread(const std::vector<ProbedContainer*>& fresh, TimePoint now) {
    for (auto* container : fresh) {
        const auto& probe = container->probe(*container->state.current(*container->spec));
        auto due = now + probe.initial_delay;
        if (fresh.size() > kFewNew)
            due += part_of(std::min<ProbeClock::duration>(probe.period, kSpreadStep * fresh.size()), *container);
        schedule(*container, due);
    }
}

std::optional<TimePoint> ProbedPods::next_due() const {
    if (agenda_.empty()) return std::nullopt;
    return agenda_.begin()->first;
}

ProbedContainer* ProbedPods::take_due(TimePoint now) {
    if (agenda_.empty() || agenda_.begin()->first > now) return nullptr;
    auto* container = by_id_.at(agenda_.begin()->second);
    unschedule(*container);
    return container;
}

ContainerState::Step ProbedPods::record(ProbedContainer& container, ProbeType type, ProbeOutcome outcome,
                                        std::chrono::microseconds took, TimePoint now) {
    auto& history = container.history[static_cast<std::size_t>(type)];
    ++history.counts[static_cast<std::size_t>(outcome.result)];
    history.last_time = std::chrono::system_clock::now();
    history.last_duration = took;
    const auto step = container.state.record(*container.spec, type, outcome.result);
    history.last = std::move(outcome);

    const auto current = container.state.current(*container.spec);
    if (current && *current != type) {
        // The kubelet probes a container that has just started at once, unless its initial delay is still running.
        schedule(container, std::max(now, container.since + container.probe(*current).initial_delay));
    } else if (current) {
        schedule(container, next_run(container, now - took, now));
    }
    const auto& entry = pods_.at(container.pod);
    if (settle(container.pod, entry)) changed_.insert(container.pod);
    return step;
}

ProbedContainer* ProbedPods::find(ProbeId id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const std::vector<ProbedContainer>* ProbedPods::containers_of(const k8s::ObjectName& pod) const {
    const auto found = pods_.find(pod);
    return found == pods_.end() ? nullptr : &found->second.containers;
}

void ProbedPods::schedule(ProbedContainer& container, TimePoint due) {
    container.due = due;
    agenda_.emplace(due, container.id);
}

void ProbedPods::unschedule(ProbedContainer& container) {
    if (!container.due) return;
    agenda_.erase({*container.due, container.id});
    container.due.reset();
}

/// Pod condition Ready: all containers are ready and every readiness gate's condition is True.
/// @return whether that is news.
bool ProbedPods::settle(const k8s::ObjectName& name, const Entry& entry) {
    const auto& pod = *object_as<k8s::Pod>(entry.object);
    const bool containers_ready = std::ranges::all_of(
        entry.containers, [](const ProbedContainer& container) { return container.state.ready(*container.spec); });
    const bool gates_open = std::ranges::all_of(pod.readiness_gates, [&](const std::string& type) {
        const auto condition = pod.conditions.find(type);
        return condition != pod.conditions.end() && condition->second;
    });
    return readiness_->set(name, containers_ready && gates_open);
}

}  // namespace fairway::ingress
