#include "ingress/status/cluster_writes.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "base/log.hpp"
#include "ingress/events/event_gate.hpp"
#include "ingress/events/ingress_events.hpp"
#include "k8s-client/api/event_recorder.hpp"

namespace fairway::ingress {

namespace asio = boost::asio;

namespace {

/// How long after the last word of a leader another leads, at the latest.
std::chrono::seconds leaderless(const ClusterWriteOptions& options) {
    return options.election ? options.election->duration * 2 : std::chrono::seconds(0);
}

}  // namespace

/// Kept alive by the coroutines, which may end a little later than their owner.
struct ClusterWrites::State : std::enable_shared_from_this<State> {
    struct Task {
        asio::cancellation_signal cancel;
        bool running = false;
    };

    State(asio::io_context& context, std::shared_ptr<k8s::ApiClient> api, const ClusterWriteOptions& options,
          StatusWriter::FindChanges changes)
        : io(context),
          client(std::move(api)),
          find(std::move(changes)),
          gate(leaderless(options), [this](const k8s::Event& event) { recorder->record(event); }) {
        if (options.events) recorder.emplace(*client, k8s::EventSource{kEventComponent, options.instance});
        if (!options.election) {
            gate.open(EventGate::Clock::now());
            return;
        }
        election.emplace(*client, *options.election, [this](bool leading) { lead(leading); });
        if (!options.update_status) return;
        const auto leads = [this] { return election->leading(); };
        status.emplace(
            *client, [this, leads] { return leads() ? find() : std::vector<StatusChange>(); }, leads,
            options.status_interval);
    }

    void lead(bool leading) {
        if (leading && status) status->look_soon();
        if (leading)
            gate.open(EventGate::Clock::now());
        else
            gate.close();
    }

    void run(Task& task, asio::awaitable<void> steps) {
        task.running = true;
        asio::co_spawn(io, std::move(steps),
                       asio::bind_cancellation_slot(
                           task.cancel.slot(), [self = shared_from_this(), &task](const std::exception_ptr& error) {
                               task.running = false;
                               if (error && !self->stopped) std::rethrow_exception(error);
                           }));
    }

    asio::awaitable<void> leave(std::vector<StatusChange> last) {
        if (status) co_await status->write_all(std::move(last));
        co_await election->release();
    }

    void stop() {
        stopped = true;
        for (Task* task : {&electing, &writing, &telling})
            if (task->running) task->cancel.emit(asio::cancellation_type::terminal);
    }

    asio::io_context& io;
    std::shared_ptr<k8s::ApiClient> client;
    StatusWriter::FindChanges find;
    std::optional<k8s::LeaderElection> election;
    std::optional<StatusWriter> status;
    std::optional<k8s::EventRecorder> recorder;
    EventGate gate;
    Task electing;
    Task writing;
    Task telling;
    Task leaving;
    bool stopped = false;
};

ClusterWrites::ClusterWrites(asio::io_context& io, std::shared_ptr<k8s::ApiClient> client,
                             const ClusterWriteOptions& options, StatusWriter::FindChanges changes)
    : state_(std::make_shared<State>(io, std::move(client), options, std::move(changes))) {}

ClusterWrites::~ClusterWrites() { state_->stop(); }

void ClusterWrites::start() {
    if (state_->election) state_->run(state_->electing, state_->election->run());
    if (state_->status) state_->run(state_->writing, state_->status->run());
    if (state_->recorder) state_->run(state_->telling, state_->recorder->run());
}

void ClusterWrites::tell(k8s::Event event) {
    if (state_->recorder) state_->gate.take(std::move(event), EventGate::Clock::now());
}

void ClusterWrites::look_soon() {
    if (state_->status) state_->status->look_soon();
}

bool ClusterWrites::leading() const noexcept { return state_->election && state_->election->leading(); }

void ClusterWrites::leave(std::vector<StatusChange> last, std::chrono::milliseconds limit) {
    state_->stop();
    if (!leading()) return;
    state_->run(state_->leaving, state_->leave(std::move(last)));
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (state_->leaving.running && std::chrono::steady_clock::now() < deadline) state_->io.run_one_until(deadline);
}

}  // namespace fairway::ingress
