// An endpoint for a connection that is passed on as it is.
#pragma once

#include <memory>

#include "proxy/upstream/upstream_pool.hpp"
#include "proxy/worker_context.hpp"
#include "routing/service_listener.hpp"

namespace fairway::proxy::l4 {

/// Tries ready endpoints as `policy` says.
/// @param client  for affinity.
/// @return null: none is ready, or none could be reached. Arguments outlive the task.
io::Task<std::unique_ptr<UpstreamConnection>> connect_backend(WorkerContext& worker, const routing::Backend& backend,
                                                              const routing::StreamPolicy& policy, IpAddress client);

}  // namespace fairway::proxy::l4
