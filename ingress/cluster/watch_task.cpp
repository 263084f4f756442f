#include "ingress/cluster/watch_task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

namespace fairway::ingress {

namespace asio = boost::asio;

/// Kept alive by the coroutine, which may end a little later than its owner.
struct WatchTask::State {
    State(std::shared_ptr<k8s::ApiClient> api, k8s::WatchedResource resource, k8s::WatchEvents given)
        : client(std::move(api)), told(std::move(given)), watch(*client, std::move(resource), guarded()) {}

    k8s::WatchEvents guarded() {
        k8s::WatchEvents events;
        events.changed = [this](k8s::Decoded decoded) {
            if (!dropped && told.changed) told.changed(std::move(decoded));
        };
        events.deleted = [this](const k8s::ObjectName& name) {
            if (!dropped && told.deleted) told.deleted(name);
        };
        events.listed = [this](const std::set<k8s::ObjectName>& names) {
            if (!dropped && told.listed) told.listed(names);
        };
        events.denied = [this] {
            if (!dropped && told.denied) told.denied();
        };
        return events;
    }

    std::shared_ptr<k8s::ApiClient> client;
    k8s::WatchEvents told;
    asio::cancellation_signal cancel;
    bool dropped = false;
    bool ended = false;
    k8s::ResourceWatch watch;
};

WatchTask::WatchTask(asio::io_context& io, std::shared_ptr<k8s::ApiClient> client, k8s::WatchedResource resource,
                     k8s::WatchEvents events)
    : state_(std::make_shared<State>(std::move(client), std::move(resource), std::move(events))) {
    asio::co_spawn(
        io, state_->watch.run(),
        asio::bind_cancellation_slot(state_->cancel.slot(), [state = state_](const std::exception_ptr& error) {
            state->ended = true;
            if (error && !state->dropped) std::rethrow_exception(error);
        }));
}

WatchTask::~WatchTask() {
    state_->dropped = true;
    if (!state_->ended) state_->cancel.emit(asio::cancellation_type::terminal);
}

const k8s::WatchedResource& WatchTask::resource() const noexcept { return state_->watch.resource(); }

}  // namespace fairway::ingress
