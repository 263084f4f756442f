#include "proxy/filters/modsecurity.hpp"

#include "base/line_limit.hpp"
#include "base/log.hpp"
#include "proxy/filters/request_id.hpp"
#include "proxy/http/uri_text.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/modsecurity.hpp"
#include "waf/rule_set.hpp"

namespace fairway::proxy {

namespace {

constexpr std::size_t kLongestId = 128;     // of a transaction; it may come from a client's field
constexpr std::size_t kLongestText = 4096;  // of a match, in the log
constexpr unsigned kLinesASecond = 200;     // of each worker

const char* version_text(Version version) noexcept {
    switch (version) {
        case Version::http_1_0: return "1.0";
        case Version::http_1_1: return "1.1";
        case Version::http_2: break;
    }
    return "2.0";
}

std::string transaction_id(WorkerContext& worker, const routing::ModSecurity& policy, const Exchange& exchange) {
    std::string id = policy.transaction_id.pieces.empty() ? std::string(exchange.record.request_id)
                                                          : expand(policy.transaction_id, exchange.record);
    if (id.empty()) {
        std::array<char, 32> made;
        id = format_request_id(worker.random_bits(), worker.random_bits(), made);
    }
    if (id.size() > kLongestId) id.resize(kLongestId);
    return id;
}

std::string_view text_of(const iovec& piece) noexcept {
    return {static_cast<const char*>(piece.iov_base), piece.iov_len};
}

class InspectionFilter final : public BodyFilter {
public:
    InspectionFilter(Inspection& inspection, BodyFilter& next) : inspection_(inspection), next_(next) {}

    io::Task<io::IoResult> send(std::span<const iovec> pieces, bool last, const FieldList* trailers) override {
        if (!inspection_.add_response_body(pieces) || (last && !inspection_.judge_response_body())) return cut();
        return next_.send(pieces, last, trailers);
    }
    io::Task<io::IoResult> flush() override { return next_.flush(); }

private:
    static io::Task<io::IoResult> cut() { co_return io::IoResult{io::IoStatus::error, 0}; }

    Inspection& inspection_;
    BodyFilter& next_;
};

}  // namespace

void EndInspection::operator()(Inspection* inspection) const noexcept { delete inspection; }

Inspection::Inspection(WorkerContext& worker, const Exchange& exchange)
    : worker_(worker),
      policy_(*exchange.record.route->policy->modsecurity),
      owner_(exchange.record.route->owner.get()),
      id_(transaction_id(worker, policy_, exchange)),
      transaction_(*policy_.rules, id_, *this) {}

bool Inspection::judge_request_head(const Exchange& exchange) {
    const RequestHead& head = exchange.request;
    const ConnectionFacts& connection = *exchange.record.connection;
    const std::string client(exchange.record.client_ip);
    transaction_.begin({client, connection.peer.port, connection.local_port}, std::string(head.method_text),
                       std::string(head.origin_form), version_text(head.version));
    for (const Field& field : head.fields) transaction_.request_field(field.name, field.value);
    return pass_or_refuse(transaction_.judge_request_head());
}

bool Inspection::judge_request_body(const RequestBody& body) {
    bool more = true;
    const auto add = [&](std::span<const iovec> pieces) {
        for (const iovec& piece : pieces) {
            more = more && transaction_.request_body(text_of(piece));
            if (!pass_or_refuse(transaction_.intervention())) return false;
        }
        return true;
    };
    BodySpool::Reader reader;
    const auto& spool = body.spool();
    for (std::uint64_t position = 0; spool && more && position < spool->size();) {
        const auto pieces = spool->read(position, reader);
        if (pieces.empty()) return false;  // the file could not be read
        for (const iovec& piece : pieces) position += piece.iov_len;
        if (!add(pieces)) return false;
    }
    return (!more || add(body.pieces_at_hand())) && pass_or_refuse(transaction_.judge_request_body());
}

bool Inspection::judge_request_without_body() { return pass_or_refuse(transaction_.judge_request_body()); }

bool Inspection::judge_response_head(const ResponseHead& response, bool has_body) {
    for (const Field& field : response.fields) transaction_.response_field(field.name, field.value);
    if (!pass_or_refuse(transaction_.judge_response_head(response.status, "HTTP/1.1"))) return false;
    wants_response_body_ = has_body && policy_.rules->inspects_response_body();
    return wants_response_body_ || judge_response_body();
}

bool Inspection::add_response_body(std::span<const iovec> pieces) {
    for (const iovec& piece : pieces) {
        if (body_enough_) break;
        body_enough_ = !transaction_.response_body(text_of(piece));
        if (!pass_or_refuse(transaction_.intervention())) return false;
    }
    return !refusal_;
}

bool Inspection::judge_response_body() { return pass_or_refuse(transaction_.judge_response_body()); }

void Inspection::matched(std::string_view text) { write_log("modsecurity.matched", text); }

bool Inspection::pass_or_refuse(std::optional<waf::Intervention> intervention) {
    if (!intervention) return !refusal_;
    if (refusal_) return false;
    refusal_ = std::move(intervention);
    ++worker_.counters.requests_refused_by_rules;
    write_log("modsecurity.refused", refusal_->text);
    return false;
}

void Inspection::write_log(std::string_view event, std::string_view text) {
    thread_local log::LineLimit limit(kLinesASecond);
    const auto left_out = limit.admit(worker_.reactor.now());
    if (!left_out) return;
    while (text.ends_with('\n')) text.remove_suffix(1);
    const auto ingress = owner_ == nullptr ? std::string() : owner_->ingress_namespace + "/" + owner_->ingress;
    log::warn(
        event,
        {{"ingress", ingress}, {"transaction", id_}, {"text", text.substr(0, kLongestText)}, {"left_out", *left_out}});
}

StepResult inspect_request_head(StepContext& context) {
    Exchange& exchange = context.exchange;
    exchange.inspection.reset(new Inspection(context.worker, exchange));
    if (exchange.inspection->judge_request_head(exchange)) return std::nullopt;
    return refusal_answer(*exchange.inspection->refusal());
}

std::string inspection_verdict(const Exchange& exchange) {
    const waf::RuleSet& rules = *exchange.record.route->policy->modsecurity->rules;
    std::string text = "rules look at the request's line and fields";
    if (rules.inspects_request_body()) text += ", its body";
    text += rules.inspects_response_body() ? ", and the response with its body" : ", and the response's fields";
    return text;
}

bool inspects_body(const Exchange& exchange, routing::UpstreamProtocol protocol) {
    const RequestHead& head = exchange.request;
    if (!exchange.inspection || head.framing == Framing::none || !head.websocket_key.empty()) return false;
    if (routing::is_http2(protocol) && is_grpc_call(head)) return false;
    return exchange.record.route->policy->modsecurity->rules->inspects_request_body();
}

Failure inspect_request_body(Exchange& exchange, const RequestBody& body, routing::UpstreamProtocol protocol) {
    static_assert(waf::kMaxBodyLimit <= (4ULL << 30), "what RequestBody keeps has to cover what rules look at");
    Inspection& inspection = *exchange.inspection;
    bool passed = false;
    if (inspects_body(exchange, protocol)) {
        if (!body.at_hand()) return Failure::body_too_large;  // neither memory nor disk has room for it
        passed = inspection.judge_request_body(body);
    } else {
        passed = inspection.judge_request_without_body();
    }
    if (passed) return Failure::none;
    return inspection.refusal() ? Failure::refused_by_rules : Failure::access_denied;
}

Failure inspect_response_head(Exchange& exchange) {
    const ResponseHead& response = exchange.response;
    const bool has_body =
        response.status != 101 && response.framing != Framing::none && exchange.request.method != Method::head;
    return exchange.inspection->judge_response_head(response, has_body) ? Failure::none : Failure::refused_by_rules;
}

std::unique_ptr<BodyFilter> make_inspection_filter(Inspection& inspection, BodyFilter& next) {
    return std::make_unique<InspectionFilter>(inspection, next);
}

// The URL may have been filled in with what the client sent.
OwnAnswer refusal_answer(const waf::Intervention& refusal) {
    OutBuffer location;
    append_uri(location, refusal.url);
    return {.status = refusal.status, .location = std::string(location.view())};
}

}  // namespace fairway::proxy
