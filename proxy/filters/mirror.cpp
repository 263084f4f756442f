#include "proxy/filters/mirror.hpp"

#include "base/log.hpp"
#include "proxy/http/uri_text.hpp"
#include "proxy/mirrors.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/mirror.hpp"

namespace fairway::proxy {

namespace {

constexpr std::chrono::minutes kBetweenReports{1};

/// Reference 3.14: the client's own fields, none of the usual ones; HTTP/1.0.
void write_head(OutBuffer& out, const Exchange& exchange, const routing::Mirror& mirror, std::uint64_t body_bytes) {
    const RequestHead& head = exchange.request;
    out.append(head.method_text);
    out.append(' ');
    if (mirror.target.pieces.empty())
        out.append(head.origin_form);
    else
        append_uri(out, expand(mirror.target, exchange.record));
    out.append(" HTTP/1.0\r\n");
    out.append_field("Host", mirror.host);
    out.append("Connection: close\r\n");
    for (const Field& field : head.fields) {
        const bool ours =
            field.id == FieldId::host || field.id == FieldId::content_length || field.id == FieldId::expect;
        if (!ours && !field.hop_by_hop) out.append_field(field.name, field.value);
    }
    // ingress-nginx announces a length without sending the body when mirror-request-body is off; most servers wait for it.
    if (head.framing != Framing::none) {
        out.append("Content-Length: ");
        out.append_decimal(body_bytes);
        out.append("\r\n");
    }
    out.append("\r\n");
}

/// The body, if the copy is to have one and all of it is here.
std::shared_ptr<BodySpool> body_copy(WorkerContext& worker, const RequestBody& body) {
    if (body.spool()) return body.length() ? body.spool() : nullptr;
    const auto pieces = body.pieces_at_hand();
    if (!body.at_hand() || pieces.empty()) return nullptr;
    auto copy = std::make_shared<BodySpool>(worker.buffers, BodySpool::Limits{io::BufferPool::kLarge, 0});
    return copy->append(pieces) ? copy : nullptr;
}

void report_loss(const WorkerContext& worker) {
    thread_local io::TimePoint reported{};
    if (worker.reactor.now() - reported < kBetweenReports) return;
    reported = worker.reactor.now();
    log::warn("mirror.given_up", {{"reason", "too many copies are on their way, or too large ones"}});
}

}  // namespace

void start_mirror(WorkerContext& worker, const Exchange& exchange, const RequestBody& body) {
    const routing::Mirror& mirror = *exchange.record.route->policy->mirror;
    const auto& endpoints = exchange.snapshot->endpoints->of(mirror.servers).endpoints;
    if (endpoints.empty()) return;
    MirrorCopy copy;
    copy.snapshot = exchange.snapshot;
    copy.target.address = endpoints[worker.random_bits() % endpoints.size()].address;
    copy.target.tls = mirror.tls.get();
    if (mirror.body) copy.body = body_copy(worker, body);
    write_head(copy.head, exchange, mirror, copy.body ? copy.body->size() : 0);
    if (!worker.mirrors) worker.mirrors = std::make_unique<Mirrors>(worker.reactor);
    if (!worker.mirrors->start(std::move(copy))) report_loss(worker);
}

}  // namespace fairway::proxy
