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
    static constexpr std::size_t kMaxBatchBytes = std::size_t{3} << 20;   ///< gRPC servers take 4 MiB
    static constexpr std::size_t kMaxQueueBytes = std::size_t{32} << 20;  ///< beside the limit by number
    static constexpr std::size_t kMaxAnswerBytes = 4096;  ///< of a collector; one that says more is left

    explicit SpanExporter(WorkerContext& worker) : worker_(worker) {}
    ~SpanExporter() override;
    SpanExporter(const SpanExporter&) = delete;
    SpanExporter& operator=(const SpanExporter&) = delete;

    /// @param encoded  of otlp::encode_span().
    void add(std::string encoded, const routing::TraceSettings& settings);
    /// The worker ends: what is there, and what comes, is sent at once and once, within kTimeout of the last call.
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
    /// A batch can leave before its time.
    bool is_full() const noexcept { return queue_.size() >= max_batch_ || queue_bytes_ >= kMaxBatchBytes; }
    /// How many spans, from the front of the queue, the next export takes.
    std::size_t next_batch() const noexcept;
    void start();
    io::Task<void> run();
    io::Task<Outcome> send(std::size_t batch);
    io::Task<Outcome> receive(http2::UpstreamStream& stream, io::TimePoint deadline);
    /// @return false: the batch stays for another try.
    bool settle(std::size_t batch, const Outcome& outcome);
    void forget(std::size_t spans);
    void drop(std::size_t spans, std::string_view reason);

    WorkerContext& worker_;
    std::deque<std::string> queue_;  ///< a batch stays at its front until it is settled
    std::size_t queue_bytes_ = 0;
    std::chrono::milliseconds delay_{5000};
    std::size_t max_batch_ = 512;
    int tries_ = 0;                            ///< of the batch at the front
    io::TimePoint due_ = io::kNever;           ///< of the next export
    io::TimePoint export_ends_ = io::kNever;   ///< of the one under way, at the latest
    io::TimePoint flush_ends_ = io::kNever;    ///< never: not flushing
    http2::UpstreamStream* stream_ = nullptr;  ///< of the export under way
    io::Hangup nobody_;                        ///< the client of these requests, who never hangs up
    io::Task<void> task_;
};

}  // namespace fairway::proxy
