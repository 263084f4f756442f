// Sends the spans of one worker to an OpenTelemetry collector: OTLP over gRPC, in batches, on the worker's own HTTP/2
// connections. No request waits for it; what the collector does not take in time is dropped and counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "proxy/io/reactor.hpp"
#include "proxy/io/source.hpp"
#include "proxy/io/task.hpp"
#include "routing/policy/tracing.hpp"

namespace fairway::proxy::http2 {
class UpstreamStream;
}

namespace fairway::proxy {

struct WorkerContext;

class SpanExporter final : public io::DeadlineNode {
public:
    static constexpr std::chrono::milliseconds kTimeout{10'000};  ///< of one export, the connection included
    static constexpr int kMaxTries = 3;                           ///< of a batch, each after another schedule_delay
    static constexpr std::size_t kMaxAnswerBytes = 4096;          ///< of a collector; the rest is not looked at

    explicit SpanExporter(WorkerContext& worker) : worker_(worker) {}
    ~SpanExporter() override;
    SpanExporter(const SpanExporter&) = delete;
    SpanExporter& operator=(const SpanExporter&) = delete;

    /// @param encoded  of otlp::encode_span().
    void add(std::string encoded, const routing::TraceSettings& settings);
    /// The worker ends: what is there is sent now, and once.
    void flush();
    /// Spans wait, or are on their way.
    bool busy() const noexcept { return !queue_.empty(); }

private:
    struct Outcome {
        std::string problem;         ///< empty: the collector has the spans
        bool again = false;          ///< the problem may pass
        std::uint64_t rejected = 0;  ///< spans that the collector took the batch without
    };

    io::TimePoint on_deadline(io::TimePoint now) override;
    void start();
    io::Task<void> run();
    io::Task<Outcome> send(std::size_t batch);
    io::Task<Outcome> receive(http2::UpstreamStream& stream, io::TimePoint deadline);
    /// @return false: the batch stays for another try.
    bool settle(std::size_t batch, const Outcome& outcome);
    void drop(std::size_t spans, std::string_view reason);

    WorkerContext& worker_;
    std::deque<std::string> queue_;  ///< a batch stays at its front until it is settled
    std::chrono::milliseconds delay_{5000};
    std::size_t max_batch_ = 512;
    int tries_ = 0;  ///< of the batch at the front
    bool flushing_ = false;
    io::Hangup nobody_;  ///< the client of these requests, who never hangs up
    io::Task<void> task_;
};

}  // namespace fairway::proxy
