#include "proxy/tracing/span_exporter.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/line_limit.hpp"
#include "base/log.hpp"
#include "proxy/filters/grpc.hpp"
#include "proxy/http2/upstream_stream.hpp"
#include "proxy/tracing/otlp.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

namespace {

constexpr std::string_view kPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

std::chrono::milliseconds left_until(io::TimePoint deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - io::Reactor::exact_now());
    return std::max(left, std::chrono::milliseconds(0));
}

RequestHead request_head() {
    RequestHead head;
    head.method = Method::post;
    head.method_text = "POST";
    head.target = head.path = head.origin_form = kPath;
    head.version = Version::http_2;
    head.framing = Framing::chunked;
    head.fields = {{"content-type", "application/grpc", FieldId::content_type}, {"grpc-timeout", "10S"}};
    return head;
}

/// Says which stream an export waits on, as long as it is there.
class UnderWay {
public:
    UnderWay(http2::UpstreamStream*& place, http2::UpstreamStream& stream) : place_(place) { place_ = &stream; }
    ~UnderWay() { place_ = nullptr; }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

private:
    http2::UpstreamStream*& place_;
};

/// OTLP specification, "Failures": these pass by themselves.
bool may_pass(std::uint16_t grpc_status) {
    constexpr std::uint16_t kStatuses[] = {1, 4, 8, 10, 11, 14, 15};
    return std::ranges::find(kStatuses, grpc_status) != std::ranges::end(kStatuses);
}

}  // namespace

SpanExporter::~SpanExporter() = default;

void SpanExporter::add(std::string encoded, const routing::TraceSettings& settings) {
    delay_ = settings.schedule_delay;
    max_batch_ = std::min(settings.max_batch, settings.max_queue);
    if (queue_.size() >= settings.max_queue || queue_bytes_ + encoded.size() > kMaxQueueBytes)
        return drop(1, "the queue is full");
    queue_bytes_ += encoded.size();
    queue_.push_back(std::move(encoded));
    if (flush_ends_ != io::kNever || (is_full() && tries_ == 0)) return start();
    if (due_ == io::kNever) due_ = worker_.reactor.now() + delay_;
    worker_.reactor.arm(*this, due_);
}

void SpanExporter::flush() {
    flush_ends_ = worker_.reactor.now() + kTimeout;
    if (busy()) start();
}

// Of the export under way, or of the next one.
io::TimePoint SpanExporter::on_deadline(io::TimePoint now) {
    if (export_ends_ != io::kNever) {
        if (now < export_ends_) return export_ends_;
        if (stream_ != nullptr) stream_->cut_request();  // each may end the export
        if (stream_ != nullptr) stream_->cancel_wait();
        return io::kNever;
    }
    if (now < due_) return due_;
    start();
    return io::kNever;
}

void SpanExporter::start() {
    if (!task_.done() || queue_.empty()) return;
    task_ = run();
    task_.start();
}

std::size_t SpanExporter::next_batch() const noexcept {
    std::size_t spans = 0;
    for (std::size_t bytes = 0; spans < std::min(queue_.size(), max_batch_); ++spans) {
        bytes += queue_[spans].size();
        if (bytes > kMaxBatchBytes && spans > 0) break;
    }
    return spans;
}

io::Task<void> SpanExporter::run() {
    // What is full leaves at once, the rest at its time.
    for (bool settled = true; settled && !queue_.empty();) {
        due_ = io::kNever;
        export_ends_ = std::min(worker_.reactor.now() + kTimeout, flush_ends_);
        worker_.reactor.arm(*this, export_ends_);
        const std::size_t batch = next_batch();
        const Outcome outcome = co_await send(batch);
        export_ends_ = io::kNever;
        settled = settle(batch, outcome);
        if (!is_full() && flush_ends_ == io::kNever) break;
    }
    if (queue_.empty()) co_return;
    due_ = worker_.reactor.now() + delay_;
    worker_.reactor.arm(*this, due_);
}

// The first `batch` spans.
io::Task<SpanExporter::Outcome> SpanExporter::send(std::size_t batch) {
    const SnapshotRef snapshot = worker_.snapshot;  // what is used here stays
    const routing::Settings& settings = *snapshot->settings;
    if (!settings.tracing || !settings.tracing->collector) co_return Outcome{"there is no collector any more"};
    const routing::TraceSettings& tracing = *settings.tracing;
    const auto& servers = snapshot->endpoints->of(*tracing.collector).endpoints;
    if (servers.empty()) co_return Outcome{"no address of it is known", true};
    const UpstreamTarget target{.address = servers[worker_.random_bits() % servers.size()].address,
                                .alpn = tls::Alpn::h2};
    const io::TimePoint deadline = export_ends_;
    const auto stream = worker_.http2_pool.open_stream(target, http2::SessionPool::Which::any,
                                                       settings.upstream_keepalive, routing::UpstreamTimeouts{});
    const UnderWay under_way(stream_, *stream);
    const Failure failure = co_await stream->wait_for_connection(left_until(deadline));
    if (failure != Failure::none) co_return Outcome{std::string(answer_to(failure).reason), true};

    const std::vector<std::string> spans(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(batch));
    const std::string message = otlp::encode_export(spans, tracing.service_name);
    const RequestHead head = request_head();
    const ForwardedValues forwarded{};
    RequestEdits edits;
    edits.host = tracing.authority;
    edits.forwarded = ForwardedSet::none;
    const std::array<iovec, 1> body{{{const_cast<char*>(message.data()), message.size()}}};
    // A collector may answer without reading everything: its answer decides.
    const auto sent =
        co_await stream->send_request({head, forwarded, settings, edits}, body, true, left_until(deadline));
    if (sent.status == io::IoStatus::timeout || sent.status == io::IoStatus::cancelled)
        co_return Outcome{"upstream_timeout", true};
    co_return co_await receive(*stream, deadline);
}

io::Task<SpanExporter::Outcome> SpanExporter::receive(http2::UpstreamStream& stream, io::TimePoint deadline) {
    ResponseHead head;
    io::Buffer head_memory;
    std::string answer;
    for (bool head_seen = false;;) {
        HeadStatus status = HeadStatus::need_input;
        if (!head_seen) status = stream.poll_head(Method::post, head);
        if (status == HeadStatus::invalid) co_return Outcome{"upstream_invalid"};
        if (status == HeadStatus::closed) co_return Outcome{"upstream_broken", true};
        if (status == HeadStatus::complete) {
            if (head.status < 200) continue;
            head_seen = true;
            stream.begin_body(head);
            head_memory = stream.keep_response_head();
        }
        if (head_seen) {
            const BodyPieces body = stream.poll_body();
            if (answer.size() + body.bytes > kMaxAnswerBytes) co_return Outcome{"its answer is too long"};
            for (const iovec& piece : body.pieces)
                answer.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
            if (body.last || body.status == BodyStatus::end) break;
            if (body.status == BodyStatus::data) continue;
            if (body.status != BodyStatus::need_input) co_return Outcome{"upstream_broken", true};
        }
        const io::Wake why = co_await UpstreamInput(stream, nobody_, left_until(deadline));
        if (why != io::Wake::ready) co_return Outcome{"upstream_timeout", true};
    }
    if (head.status != 200) co_return Outcome{fmt::format("it answers status {}", head.status), head.status >= 502};
    auto status = find_grpc_status(stream.trailers());
    if (!status) status = find_grpc_status(head.fields);
    stream.finish();
    if (!status) co_return Outcome{"it does not speak gRPC"};
    if (*status != 0) co_return Outcome{fmt::format("it answers grpc-status {}", *status), may_pass(*status)};
    const auto rejection = otlp::find_rejection(answer);
    if (rejection && rejection->spans > 0)
        log::warn("tracing.spans_rejected", {{"spans", rejection->spans}, {"reason", rejection->reason}});
    co_return Outcome{.rejected = rejection ? rejection->spans : 0};
}

bool SpanExporter::settle(std::size_t batch, const Outcome& outcome) {
    const bool flushing = flush_ends_ != io::kNever;
    if (!outcome.problem.empty() && outcome.again && ++tries_ < kMaxTries && !flushing) {
        log::debug("tracing.export_delayed", {{"reason", outcome.problem}, {"spans", batch}});
        return false;
    }
    tries_ = 0;
    if (outcome.problem.empty()) {
        const auto rejected = std::min<std::uint64_t>(outcome.rejected, batch);
        worker_.counters.spans_exported += batch - rejected;
        worker_.counters.spans_dropped += rejected;
        forget(batch);
    } else {
        // When the worker ends there is no time to find out about the others.
        const std::size_t lost = flushing ? queue_.size() : batch;
        forget(lost);
        drop(lost, outcome.problem);
    }
    return true;
}

void SpanExporter::forget(std::size_t spans) {
    for (; spans > 0; --spans) {
        queue_bytes_ -= queue_.front().size();
        queue_.pop_front();
    }
}

void SpanExporter::drop(std::size_t spans, std::string_view reason) {
    worker_.counters.spans_dropped += spans;
    thread_local log::LineLimit limit;
    if (const auto left_out = limit.admit(worker_.reactor.now())) {
        const auto& tracing = worker_.snapshot->settings->tracing;
        log::warn("tracing.spans_dropped", {{"collector", tracing ? tracing->authority : ""},
                                            {"spans", spans},
                                            {"reason", reason},
                                            {"left_out", *left_out}});
    }
}

}  // namespace fairway::proxy
