#include "ingress/probes/prober.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.hpp"
#include "ingress/probes/review.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;
using TimePoint = ProbeClock::time_point;
using namespace std::chrono_literals;

/// Probes under way at one time: each may hold a descriptor or two, and a process when it is exec. Others wait.
constexpr std::size_t kMostFlights = 512;
/// Probes begun in one turn of the event loop, so that files, signals and metrics get theirs.
constexpr int kMostStartsPerTurn = 64;
/// The timer goes off on multiples of this, so that probes due close together share one wake-up.
constexpr auto kTick = 5ms;

TimePoint next_tick(TimePoint at) {
    const ProbeClock::duration tick = kTick;
    return TimePoint((at.time_since_epoch() + tick - ProbeClock::duration(1)) / tick * tick);
}

void count(ProbeTotals::Durations& durations, std::chrono::duration<double> took) {
    const auto bound = std::ranges::lower_bound(ProbeTotals::kBounds, took.count());
    ++durations.counts[static_cast<std::size_t>(bound - ProbeTotals::kBounds.begin())];
    durations.sum_seconds += took.count();
}

}  // namespace

/// What exists only between start() and stop().
class Prober::Loop {
public:
    Loop(asio::io_context& context, std::function<void(const std::set<k8s::ObjectName>&)> handler)
        : io(context), timer(context), changed(std::move(handler)) {}
    ~Loop() { *alive = false; }

    asio::io_context& io;
    asio::steady_timer timer;
    std::function<void(const std::set<k8s::ObjectName>& pods)> changed;
    std::optional<TimePoint> armed;
    bool telling = false;                                        ///< tell_changes() is on its way
    bool news = false;                                           ///< diagnostics changed, whether or not a Pod did
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);  ///< false for handlers that outlive us
};

Prober::Prober(PodReadiness& readiness, DiagnosticBook& book, ProbeOptions options)
    : pods_(readiness, options.allow_exec), book_(&book), options_(std::move(options)) {}

Prober::~Prober() = default;

void Prober::follow(const std::vector<ObjectChange>& changes) {
    for (const auto id : pods_.follow(changes, ProbeClock::now())) {
        drop(id);
        book_->forget(fmt::format("startup:{}", id));
    }
    if (loop_) arm();
}

void Prober::start(asio::io_context& io, std::function<void(const std::set<k8s::ObjectName>&)> changed) {
    loop_ = std::make_unique<Loop>(io, std::move(changed));
    arm();
}

void Prober::stop() {
    loop_.reset();
    flights_.clear();
    deadlines_.clear();
}

void Prober::arm() {
    auto next = flights_.size() < kMostFlights ? pods_.next_due() : std::nullopt;
    if (!deadlines_.empty()) next = std::min(next.value_or(TimePoint::max()), deadlines_.begin()->first);
    if (!next) return;
    const auto at = next_tick(*next);
    if (loop_->armed && *loop_->armed <= at) return;
    loop_->armed = at;
    loop_->timer.expires_at(at);
    loop_->timer.async_wait([this, alive = loop_->alive](const boost::system::error_code& error) {
        if (error || !*alive) return;
        loop_->armed.reset();
        work();
    });
}

void Prober::work() {
    const auto now = ProbeClock::now();
    end_overdue(now);
    for (int begun = 0; begun < kMostStartsPerTurn && flights_.size() < kMostFlights; ++begun) {
        auto* container = pods_.take_due(now);
        if (container == nullptr) break;
        launch(*container, ProbeClock::now());
    }
    const auto alive = loop_->alive;
    tell_changes();
    if (*alive) arm();
}

void Prober::launch(ProbedContainer& container, TimePoint now) {
    const auto type = *container.state.current(*container.spec);
    const auto& probe = container.probe(type);
    auto started = start_action(container, probe,
                                [this, id = container.id](ProbeOutcome outcome) { landed(id, std::move(outcome)); });
    if (auto* outcome = std::get_if<ProbeOutcome>(&started)) {
        finish(container, type, std::move(*outcome), now);
        return;
    }
    const auto deadline = now + probe.timeout;
    deadlines_.emplace(deadline, container.id);
    flights_[container.id] = {type, now, deadline, std::get<std::unique_ptr<Attempt>>(std::move(started))};
}

Started Prober::start_action(const ProbedContainer& container, const k8s::Probe& probe, TellOutcome tell) {
    const auto port = *probed_port(*container.spec, probe);
    const SocketAddress pod{container.pod_address, port};
    auto& io = loop_->io;
    const auto user_agent = "fairway-probe/" + options_.version;
    if (const auto* tcp = std::get_if<k8s::TcpSocketAction>(&probe.action)) {
        if (tcp->host.empty()) return start_tcp_probe(io, pod, std::move(tell));
        return start_tcp_probe(io, tcp->host, port, std::move(tell));
    }
    if (const auto* http = std::get_if<k8s::HttpGetAction>(&probe.action)) {
        const auto host = http->host.empty() ? pod.ip.to_string() : http->host;
        return start_http_probe(io, {host, port, *http, user_agent}, std::move(tell));
    }
    if (const auto* grpc = std::get_if<k8s::GrpcAction>(&probe.action))
        return start_grpc_probe(io, {pod, grpc->service, user_agent}, std::move(tell));
    return start_exec_probe(io, std::get<k8s::ExecAction>(probe.action).command, std::move(tell));
}

void Prober::landed(ProbeId id, ProbeOutcome outcome) {
    const auto& flight = flights_.at(id);
    const auto type = flight.type;
    const auto started = flight.started;
    drop(id);
    if (auto* container = pods_.find(id)) finish(*container, type, std::move(outcome), started);
    if ((pods_.anything_changed() || loop_->news) && !std::exchange(loop_->telling, true))
        asio::post(loop_->io, [this, alive = loop_->alive] {
            if (*alive) tell_changes();
        });
    arm();
}

void Prober::drop(ProbeId id) {
    const auto flight = flights_.find(id);
    if (flight == flights_.end()) return;
    deadlines_.erase({flight->second.deadline, id});
    flights_.erase(flight);
}

void Prober::end_overdue(TimePoint now) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto id = deadlines_.begin()->second;
        const auto& flight = flights_.at(id);
        auto message = fmt::format("timed out after {}s {}",
                                   std::chrono::round<std::chrono::seconds>(flight.deadline - flight.started).count(),
                                   flight.attempt->doing());
        const auto type = flight.type;
        const auto started = flight.started;
        drop(id);
        if (auto* container = pods_.find(id)) finish(*container, type, probe_failure(std::move(message)), started);
    }
}

void Prober::finish(ProbedContainer& container, ProbeType type, ProbeOutcome outcome, TimePoint started) {
    const auto now = ProbeClock::now();
    count(totals_.durations[static_cast<std::size_t>(type)], now - started);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - started);
    const auto step = pods_.record(container, type, std::move(outcome), took, now);
    if (step == ContainerState::Step::gave_up) report_startup(container);
    if (type == ProbeType::startup && container.state.started(*container.spec))
        book_->forget(fmt::format("startup:{}", container.id));
}

void Prober::report_startup(const ProbedContainer& container) {
    const auto& probe = *container.spec->startup;
    book_->replace(fmt::format("startup:{}", container.id),
                   {{.severity = Severity::warning,
                     .where = probe.where,
                     .kind = k8s::Pod::kKind,
                     .object = container.pod,
                     .field = probe_field(*container.spec, "startupProbe"),
                     .message = fmt::format("has failed {} times: {}. A kubelet would restart the container; Fairway "
                                            "restarts nothing, goes on probing, and the Pod is not ready until then",
                                            probe.failure_threshold, container.history[0].last.message),
                     .reason = "StartupProbeFailed"}});
    loop_->news = true;
}

void Prober::tell_changes() {
    loop_->telling = false;
    const auto pods = pods_.take_changed();
    if (pods.empty() && !std::exchange(loop_->news, false)) return;
    for (const auto& pod : pods) {
        if (pods_.ready(pod))
            log::info("pod.ready", {{"pod", pod.to_string()}});
        else
            log::info("pod.unready", {{"pod", pod.to_string()}, {"message", why_unready(pod)}});
    }
    loop_->changed(pods);
}

std::string Prober::why_unready(const k8s::ObjectName& pod) const {
    const auto* containers = pods_.containers_of(pod);
    if (containers == nullptr) return {};
    for (const auto& container : *containers) {
        if (container.state.ready(*container.spec)) continue;
        const auto type = *container.state.current(*container.spec);
        return fmt::format("{}: {}", container.spec->name,
                           container.history[static_cast<std::size_t>(type)].last.message);
    }
    return {};
}

}  // namespace fairway::ingress
