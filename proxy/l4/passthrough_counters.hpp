// Counters of one worker for the hosts whose TLS it passes through.
#pragma once

#include <map>
#include <memory>

#include "proxy/metrics.hpp"
#include "routing/passthrough.hpp"

namespace fairway::proxy::l4 {

class PassthroughCounters {
public:
    /// Never null; whoever has a session keeps it.
    std::shared_ptr<StreamCounters> of(const routing::PassthroughHost& host);
    /// Adds all to `into`, and forgets those whose sessions are over and whose host is not in `table` any more.
    /// @param table  null: no host has passthrough.
    void collect(std::map<StreamLabels, StreamCounters>& into, const routing::PassthroughTable* table);

private:
    std::map<StreamLabels, std::shared_ptr<StreamCounters>> counters_;
};

}  // namespace fairway::proxy::l4
