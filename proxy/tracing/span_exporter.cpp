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
    if (queue_.size() >= settings.max_queue) return drop(1, "the queue is full");
    queue_.push_back(std::move(encoded));
    if (flushing_ || queue_.size() % max_batch_ == 0)
        start();
    else
        worker_.reactor.arm(*this, worker_.reactor.now() + delay_);
}

void SpanExporter::flush() {
    flushing_ = true;
    if (busy()) start();
}

io::TimePoint SpanExporter::on_deadline(io::TimePoint) {
    start();
    return io::kNever;
}

void SpanExporter::start() {
    if (!task_.done()) return;
    task_ = run();
    task_.start();
}

io::Task<void> SpanExporter::run() {
    // A batch that is full leaves at once, what remains of them at its time.
    for (bool settled = true; settled && !queue_.empty();) {
        const std::size_t batch = std::min(queue_.size(), max_batch_);
        settled = settle(batch, co_await send(batch));
        if (queue_.size() < max_batch_ && !flushing_) break;
    }
    if (!queue_.empty()) worker_.reactor.arm(*this, worker_.reactor.now() + delay_);
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
    const io::TimePoint deadline = io::Reactor::exact_now() + kTimeout;
    const auto stream = worker_.http2_pool.open_stream(target, http2::SessionPool::Which::any,
                                                       settings.upstream_keepalive, routing::UpstreamTimeouts{});
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
    if (sent.status == io::IoStatus::timeout) co_return Outcome{"upstream_timeout", true};
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
            for (const iovec& piece : body.pieces)
                answer.append(static_cast<const char*>(piece.iov_base),
                              std::min(piece.iov_len, kMaxAnswerBytes - std::min(answer.size(), kMaxAnswerBytes)));
            if (body.last || body.status == BodyStatus::end) break;
            if (body.status == BodyStatus::data) continue;
            if (body.status != BodyStatus::need_input) co_return Outcome{"upstream_broken", true};
        }
        const io::Wake why = co_await UpstreamInput(stream, nobody_, left_until(deadline));
        if (why == io::Wake::timeout) co_return Outcome{"upstream_timeout", true};
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
    if (!outcome.problem.empty() && outcome.again && ++tries_ < kMaxTries && !flushing_) {
        log::debug("tracing.export_delayed", {{"reason", outcome.problem}, {"spans", batch}});
        return false;
    }
    tries_ = 0;
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(batch));
    if (outcome.problem.empty()) {
        const auto rejected = std::min<std::uint64_t>(outcome.rejected, batch);
        worker_.counters.spans_exported += batch - rejected;
        worker_.counters.spans_dropped += rejected;
    } else {
        drop(batch, outcome.problem);
    }
    return true;
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
