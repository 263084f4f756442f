#include "proxy/response_relay.hpp"

#include "base/ascii.hpp"
#include "proxy/filters/compression.hpp"
#include "proxy/filters/modsecurity.hpp"
#include "proxy/filters/response_rate.hpp"
#include "proxy/filters/response_rewrite.hpp"
#include "proxy/read_ahead.hpp"
#include "proxy/request_steps.hpp"
#include "proxy/tunnel.hpp"
#include "routing/policy/body_buffering.hpp"
#include "routing/policy/response_rate.hpp"
#include "routing/policy/response_rewrite.hpp"

namespace fairway::proxy {

io::Task<bool> ResponseRelay::run() {
    ResponseHead& response = exchange_.response;
    if (worker_.log.format().needs_response_fields()) {
        exchange_.response_head_buffer = upstream_.keep_response_head();
        exchange_.record.response_fields = &response.fields;
    }
    if (policy().response_rewrite) rewrite_response(*policy().response_rewrite, exchange_);
    ResponseStart start{.status = response.status, .upstream = &response};
    start.framing = response.framing == Framing::until_close ? Framing::chunked : response.framing;
    start.content_length = response.content_length;
    edit_response(exchange_, response.status);
    if (response.status != 101) add_filters(start);
    downstream_.begin_response(start);
    note_grpc_status(response.fields);

    if (response.status == 101) return relay_through_tunnel();
    if (start.framing != Framing::none && reads_ahead()) return relay_ahead();
    return relay_body(start.framing);
}

io::Task<bool> ResponseRelay::relay_through_tunnel() {
    co_await relay_tunnel(worker_.reactor, downstream_, upstream_, policy().timeouts, current_try());
    co_return true;
}

io::Task<bool> ResponseRelay::relay_ahead() {
    ReadAhead ahead(worker_, downstream_, exchange_, upstream_, upload_,
                    filters_.empty() ? nullptr : filters_.back().get(), on_read_);
    const bool complete = co_await ahead.run();
    if (complete) note_grpc_status(upstream_.trailers());
    co_return complete;
}

void ResponseRelay::add_filters(ResponseStart& start) {
    if (start.framing == Framing::none || downstream_.head().method == Method::head) return;
    const auto& rate = policy().response_rate;
    auto encoder = begin_compression(exchange_, start);
    const bool inspected = exchange_.inspection && exchange_.inspection->wants_response_body();
    if (!encoder && !(rate && rate->bytes_per_second != 0) && !inspected) return;
    filters_.push_back(std::make_unique<ToClient>(downstream_));
    if (rate && rate->bytes_per_second != 0)
        filters_.push_back(make_rate_filter(*rate, worker_.reactor, downstream_, *filters_.back()));
    if (encoder)
        filters_.push_back(make_compression_filter(std::move(encoder), worker_.buffers.small(), *filters_.back()));
    if (inspected) filters_.push_back(make_inspection_filter(*exchange_.inspection, *filters_.back()));
}

// As nginx: an endpoint may forbid it for one response.
bool ResponseRelay::reads_ahead() const {
    const auto& buffering = policy().body_buffering;
    if (!buffering || !buffering->response || is_grpc_call(downstream_.head())) return false;
    return !ascii::iequals(find_field(exchange_.response.fields, FieldId::x_accel_buffering), "no");
}

io::Task<io::IoResult> ResponseRelay::send(const BodyPieces& body, bool last) {
    const FieldList* const trailers = last ? &upstream_.trailers() : nullptr;
    return filters_.empty() ? downstream_.send_body(body.pieces, last, trailers)
                            : filters_.back()->send(body.pieces, last, trailers);
}

io::Task<bool> ResponseRelay::relay_body(Framing framing) {
    if (framing == Framing::none) {
        const auto sent = co_await downstream_.send_body({}, true);
        if (sent.status == io::IoStatus::ok) note_grpc_status(upstream_.trailers());
        co_return sent.status == io::IoStatus::ok;
    }
    for (bool head_sent = false;; head_sent = true) {
        const BodyPieces body = upstream_.poll_body();
        if (body.status == BodyStatus::need_input) {
            io::IoResult sent;
            if (!filters_.empty())
                sent = co_await filters_.back()->flush();
            else if (!head_sent)
                sent = co_await downstream_.send_body({}, false);
            if (sent.status != io::IoStatus::ok) co_return false;
            if (upload_.failure != Failure::none) co_return false;
            const io::Wake why = co_await UpstreamInput(upstream_, downstream_.hangup(), policy().timeouts.read);
            if (why != io::Wake::ready) co_return false;
            continue;
        }
        if (body.status != BodyStatus::data && body.status != BodyStatus::end) co_return false;
        if (body.status == BodyStatus::end && upload_.broken && exchange_.response.framing == Framing::until_close)
            co_return false;
        current_try().response_bytes += body.bytes;
        const bool last = body.last || body.status == BodyStatus::end;
        const auto sent = co_await send(body, last);
        if (sent.status != io::IoStatus::ok) co_return false;
        if (!last) continue;
        note_grpc_status(upstream_.trailers());
        co_return true;
    }
}

// In the trailers, or in the head of a response without them (gRPC's "trailers-only").
void ResponseRelay::note_grpc_status(const FieldList& fields) {
    if (!is_grpc_call(downstream_.head())) return;
    if (const auto status = find_grpc_status(fields)) exchange_.record.grpc_status = status;
}

}  // namespace fairway::proxy
