// Request counters of one worker. Asked for by message, never read by another thread.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <memory>

#include "proxy/metrics.hpp"
#include "proxy/request_record.hpp"

namespace fairway::proxy {

class MetricsShard {
public:
    /// Counts a finished request. One hash lookup by pointers, which name the same labels for as long as the routing
    /// table is the current one.
    void count(const RequestRecord& record, const routing::RouteTable& table);

    /// Called when the worker gets a snapshot.
    void use_table(std::shared_ptr<const routing::RouteTable> table);

    /// Copies all series; those of Ingresses that are gone are dropped first.
    std::map<RequestLabels, RequestSeries> collect();

private:
    struct Key {
        const routing::HostRules* rules;
        const routing::Route* route;
        Method method;
        std::uint16_t status;
        const routing::Canary* canary;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    void drop_gone();

    std::shared_ptr<const routing::RouteTable> table_;
    bool table_changed_ = false;
    std::map<RequestLabels, RequestSeries> series_;
    boost::unordered_flat_map<Key, RequestSeries*, KeyHash> by_pointer_;
};

}  // namespace fairway::proxy
