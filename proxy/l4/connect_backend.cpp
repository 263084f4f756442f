#include "proxy/l4/connect_backend.hpp"

#include <algorithm>

#include "proxy/upstream/connect.hpp"
#include "proxy/upstream/endpoint_picker.hpp"

namespace fairway::proxy::l4 {

namespace {

std::chrono::milliseconds try_time(io::TimePoint now, io::TimePoint deadline, std::chrono::milliseconds limit) {
    if (deadline == io::kNever) return limit;
    return std::min(limit, std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
}

}  // namespace

io::Task<std::unique_ptr<UpstreamConnection>> connect_backend(WorkerContext& worker, const routing::Backend& backend,
                                                              const routing::StreamPolicy& policy, IpAddress client) {
    const SnapshotRef snapshot = worker.snapshot;
    const auto& ready = snapshot->endpoints->of(backend.id);
    if (ready.endpoints.empty()) co_return nullptr;
    EndpointPicker picker(worker, backend, routing::LoadBalance::round_robin, ready, client);
    std::size_t tries = policy.tries != 0 ? policy.tries : ready.endpoints.size();
    if (!policy.next_endpoint) tries = 1;
    const bool limited = policy.next_timeout.count() > 0;
    const io::TimePoint deadline = limited ? worker.reactor.now() + policy.next_timeout : io::kNever;
    for (; tries > 0 && worker.reactor.now() < deadline; --tries) {
        const routing::Endpoint& chosen = picker.next();
        const UpstreamTarget target{.address = chosen.address};
        const io::TimePoint began = worker.reactor.now();
        const auto limit = try_time(began, deadline, policy.connect_timeout);
        auto connected = co_await connect_upstream(worker.reactor, target, limit);
        Balancer& balancer = worker.balancer(backend.id);
        if (connected.connection) {
            balancer.connected(chosen.address);
            picker.worked(chosen.address);
            co_return std::move(connected.connection);
        }
        balancer.connect_failed(chosen.address, worker.reactor.now() - began, worker.reactor.now());
        picker.failed(chosen.address);
    }
    co_return nullptr;
}

}  // namespace fairway::proxy::l4
