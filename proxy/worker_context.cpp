#include "proxy/worker_context.hpp"

#include "proxy/access_log/log_filter.hpp"
#include "proxy/filters/tracing.hpp"
#include "proxy/mirrors.hpp"
#include "proxy/shared_tables.hpp"
#include "proxy/tracing/span_exporter.hpp"
#include "proxy/upstream/keyed_endpoints.hpp"

namespace fairway::proxy {

WorkerContext::WorkerContext(std::uint64_t seed, AccessLog& access_log, SharedTables& shared)
    : random(static_cast<Random::result_type>(seed | 1)),
      affinity(shared.affinity),
      rate_limits(shared.rate_limits),
      access(shared.access),
      log(access_log),
      bits_(seed | 1) {}

WorkerContext::~WorkerContext() = default;

KeyedEndpoints& WorkerContext::keyed_endpoints(const routing::Backend& backend) {
    if (backend.id >= keyed_endpoints_.size()) keyed_endpoints_.resize(backend.id + 1);
    auto& keyed = keyed_endpoints_[backend.id];
    if (!keyed) keyed = std::make_unique<KeyedEndpoints>(backend.name);
    return *keyed;
}

std::string_view WorkerContext::date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        std::tm parts{};
        gmtime_r(&now, &parts);
        date_size_ = std::strftime(date_.data(), date_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    }
    return {date_.data(), date_size_};
}

std::unique_ptr<Exchange> WorkerContext::take_exchange() {
    if (spare_exchanges_.empty()) return std::make_unique<Exchange>();
    auto exchange = std::move(spare_exchanges_.back());
    spare_exchanges_.pop_back();
    return exchange;
}

void WorkerContext::give_back(std::unique_ptr<Exchange> exchange) {
    exchange->clear();
    if (spare_exchanges_.size() < kSpareExchanges) spare_exchanges_.push_back(std::move(exchange));
}

bool WorkerContext::flush_output() {
    // What is sent may let a request go on and gather anew: once more at once, then others have their turn.
    for (int round = 0; round < 2 && output.linked(); ++round) {
        io::ListHook now;
        now.take_all(output);
        while (now.linked()) {
            auto& gatherer = static_cast<OutputGatherer&>(*now.next);
            gatherer.unlink();
            gatherer.flush();
        }
    }
    return output.linked();
}

void WorkerContext::finish_request(const Exchange& exchange) {
    metrics.count(exchange.record, *exchange.snapshot->routes);
    if (exchange.record.trace != nullptr) end_trace(*this, exchange);
    if (is_logged(exchange.record, exchange.snapshot->settings->access_log)) log.write(exchange.record);
}

}  // namespace fairway::proxy
