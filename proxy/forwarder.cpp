#include "proxy/forwarder.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/filters/modsecurity.hpp"
#include "proxy/retry_condition.hpp"
#include "proxy/upgrade.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/upstream_http.hpp"

namespace fairway::proxy {

namespace {

constexpr int kMaxRefusals = 3;           // by an endpoint that did nothing for a request; more use up a try each
constexpr int kMaxInterimResponses = 16;  // 1xx heads before the final one; more is an attack

http1::HeadLimits response_limits(const routing::Settings& settings) {
    http1::HeadLimits limits;
    limits.max_line_bytes = settings.proxy_buffer_bytes;
    limits.max_head_bytes = settings.proxy_buffer_bytes;
    return limits;
}

// ingress-nginx: AUTO_HTTP goes by how the client's connection came, not by X-Forwarded-Proto.
routing::UpstreamProtocol protocol_for(routing::UpstreamProtocol protocol, const ConnectionFacts& client) {
    if (protocol != routing::UpstreamProtocol::auto_http) return protocol;
    return client.tls ? routing::UpstreamProtocol::https : routing::UpstreamProtocol::http;
}

}  // namespace

Forwarder::Forwarder(WorkerContext& worker, DownstreamStream& downstream, Exchange& exchange, RequestBody& body,
                     const ForwardTarget& target)
    : worker_(worker),
      downstream_(downstream),
      exchange_(exchange),
      body_(body),
      target_(target),
      protocol_(protocol_for(target.protocol, downstream.connection_facts())),
      http1_(worker.pool, settings().upstream_keepalive, worker.buffers, response_limits(settings()),
             exchange.upstream_head),
      sticky_(worker, exchange, target.backend),
      picker_(worker, target.backend, target.backend.load_balance, target.endpoints, exchange.forwarded.client,
              &sticky_) {}

io::Task<Failure> Forwarder::run() {
    const auto& retry = policy().retry;
    if (retry.timeout.count() > 0) deadline_ = worker_.reactor.now() + retry.timeout;
    if (const auto timeout = grpc_timeout(downstream_.head())) {
        call_deadline_ = exchange_.record.started + *timeout;
        deadline_ = std::min(deadline_, call_deadline_);
        worker_.reactor.arm(*this, call_deadline_);
    }
    // RFC 8441 wants a tunnel, and nothing else is an answer to it. Upgrade of HTTP/1 may be ignored (RFC 9110 section 7.8).
    if (!routing::is_http1(protocol_) && !downstream_.head().websocket_key.empty()) co_return Failure::cannot_upgrade;

    Attempt last;
    for (std::uint32_t tries = 0; tries < tries_allowed();) {
        const routing::Endpoint& endpoint = picker_.next();
        last = note_attempt(co_await attempt(endpoint));
        const bool last_try = tries + 1 >= tries_allowed() || worker_.reactor.now() >= deadline_;
        if (last.failure == Failure::none &&
            (last_try || !retry_wanted(exchange_.response.status) || !body_.repeatable())) {
            picker_.worked(endpoint.address);
            break;
        }
        if (last.failure != Failure::none) {
            co_await end_request_body();
            if (!may_retry(last)) break;
            if (last.stale || last.refused) {  // does not use up a try
                fresh_only_ = true;            // whatever closed this connection may have closed them all
                exchange_.record.tries.pop_back();
                abandon();
                continue;
            }
        }
        if (last_try) break;
        co_await end_request_body();
        abandon();
        picker_.failed(endpoint.address);
        ++tries;
    }
    if (last.failure != Failure::none) {
        abandon();
        co_return final_failure(last.failure);
    }
    if (intercepts(exchange_.response.status)) {
        current_try().response = since_try_began();
        co_await drop_response();
        co_return Failure::intercepted;
    }
    // Of error pages nothing is inspected: as in nginx, whose pages come from internal locations.
    if (target_.inspected && inspect_response_head(exchange_) != Failure::none) {
        current_try().response = since_try_began();
        co_await drop_response();
        co_return Failure::refused_by_rules;
    }
    co_return co_await relay_response();
}

Failure Forwarder::final_failure(Failure last) const {
    if (last != Failure::client_gone && worker_.reactor.now() >= call_deadline_) return Failure::deadline_exceeded;
    return upload_.failure != Failure::none ? upload_.failure : last;
}

// The call may take no longer. Whoever waits for the endpoint's response is woken and finds upload_.failure; waits before
// that are bounded by within_call().
io::TimePoint Forwarder::on_deadline(io::TimePoint now) {
    if (now < call_deadline_) return call_deadline_;
    upload_.failure = Failure::deadline_exceeded;
    if (downstream_.response_begun()) downstream_.fail_response();
    if (upstream_ != nullptr) upstream_->cancel_wait();  // may end this forwarder
    return io::kNever;
}

std::chrono::milliseconds Forwarder::within_call(std::chrono::milliseconds limit) const {
    if (call_deadline_ == io::kNever) return limit;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(call_deadline_ - worker_.reactor.now());
    return std::clamp(left, std::chrono::milliseconds(0), limit);
}

std::uint32_t Forwarder::tries_allowed() const {
    if (policy().retry.conditions == 0) return 1;
    return policy().retry.tries != 0 ? policy().retry.tries
                                     : static_cast<std::uint32_t>(target_.endpoints.endpoints.size());
}

// RFC 9110 section 9.2.2: what may have been processed is repeated only when that changes nothing.
bool Forwarder::repeats_method() const {
    return is_idempotent(downstream_.head().method) || (policy().retry.conditions & routing::retry_non_idempotent) != 0;
}

bool Forwarder::may_retry(const Attempt& failed) const {
    if (failed.failure == Failure::client_gone || !body_.repeatable() || upload_.failure != Failure::none) return false;
    if (failed.refused) return true;
    if (!cannot_connect(failed.failure) && !repeats_method()) return false;
    return failed.stale || (policy().retry.conditions & retry_condition(failed.failure)) != 0;
}

bool Forwarder::retry_wanted(std::uint16_t status) const {
    return repeats_method() && (policy().retry.conditions & retry_condition(status)) != 0;
}

std::chrono::duration<double> Forwarder::since_try_began() const { return worker_.reactor.now() - try_began_; }

// Sends the request and waits for the head of the final response, which is then in exchange_.response.
io::Task<Failure> Forwarder::attempt(const routing::Endpoint& endpoint) {
    try_began_ = worker_.reactor.now();
    exchange_.record.tries.push_back(UpstreamTry{.endpoint = endpoint.address});
    const Failure leased = co_await lease(endpoint);
    tell_balancer(leased);
    if (leased != Failure::none) co_return leased;
    current_try().connect = since_try_began();
    // Head and the body bytes that are there leave together; the rest follows from pump_request_body() while the response
    // may already be coming.
    const auto first = body_.first();
    const bool whole = body_.first_is_all();
    const UpstreamRequest request{downstream_.head(),      exchange_.forwarded,          settings(),
                                  exchange_.request_edits, policy().upstream_http.get(), body_.length()};
    const Failure sent = request_sent(
        co_await upstream_->send_request(request, first, whole, within_call(policy().timeouts.send)), whole);
    if (sent != Failure::none) co_return sent;

    for (int interim = 0;;) {
        const HeadStatus head = upstream_->poll_head(downstream_.head().method, exchange_.response);
        if (head == HeadStatus::invalid) co_return Failure::upstream_invalid;
        if (head == HeadStatus::closed) co_return Failure::upstream_broken;
        if (head == HeadStatus::complete) {
            const std::uint16_t status = exchange_.response.status;
            if (status >= 200 || status == 101) co_return begin_response_body();
            if (++interim > kMaxInterimResponses) co_return Failure::upstream_invalid;
            // 100 answers our own Expect, which we never send: RFC 9110 section 15.2 lets us drop it.
            if (status == 100) continue;
            const auto passed_on = co_await downstream_.send_interim(exchange_.response);
            if (passed_on.status != io::IoStatus::ok) co_return Failure::client_gone;
            continue;
        }
        if (upload_.failure != Failure::none) co_return upload_.failure;  // before anybody waited, so nobody was woken
        const io::Wake why = co_await UpstreamInput(*upstream_, downstream_.hangup(), answer_time_left());
        const Failure failure = failure_of_wait(why);
        if (failure != Failure::none) co_return failure;
    }
}

void Forwarder::tell_balancer(Failure leased) {
    Balancer& balancer = worker_.balancer(target_.backend.id);
    if (leased == Failure::connect_failed || leased == Failure::connect_timeout)
        balancer.connect_failed(current_try().endpoint, since_try_began(), worker_.reactor.now());
    else if (leased == Failure::none && !upstream_->reused())
        balancer.connected(current_try().endpoint);
}

// Of the wait for the response head; none: look again.
Failure Forwarder::failure_of_wait(io::Wake why) {
    if (upload_.failure != Failure::none) return upload_.failure;
    if (why == io::Wake::timeout) return answer_time_left().count() > 0 ? Failure::none : Failure::upstream_timeout;
    if (why != io::Wake::ready) return Failure::client_gone;
    last_progress_ = worker_.reactor.now();
    return Failure::none;
}

Failure Forwarder::begin_response_body() {
    if (!fits_upgrade(downstream_.head(), exchange_.response)) return Failure::upstream_invalid;
    // RFC 9110 section 7.8: not in the middle of a request.
    if (exchange_.response.status == 101 && (!request_complete_ || !upstream_->can_upgrade()))
        return Failure::upstream_invalid;
    upstream_->begin_body(exchange_.response);
    return Failure::none;
}

Forwarder::Attempt Forwarder::note_attempt(Failure failure) {
    if (failure == Failure::none) {
        current_try().header = since_try_began();
        current_try().status = exchange_.response.status;
        return {};
    }
    current_try().response = since_try_began();
    if (failure != Failure::upstream_broken || upstream_ == nullptr) return {failure};
    return {failure, upstream_->reused() && !upstream_->response_seen(),
            upstream_->refused() && ++refusals_ <= kMaxRefusals};
}

UpstreamTarget Forwarder::target_at(const routing::Endpoint& endpoint) const {
    UpstreamTarget target{.address = endpoint.address};
    if (is_http2(protocol_)) target.alpn = tls::Alpn::h2;
    if (!routing::uses_tls(protocol_)) return target;
    const auto& settings = policy().upstream_tls;
    target.tls = settings ? settings.get() : tls::ClientContext::unverified().get();
    return target;
}

// A kept connection when there is a live one, else a new one.
io::Task<Failure> Forwarder::lease(const routing::Endpoint& endpoint) {
    const UpstreamTarget target = target_at(endpoint);
    if (!routing::is_http1(protocol_))
        return protocol_ == routing::UpstreamProtocol::fastcgi ? connect(target) : lease_stream(target);
    while (auto kept = fresh_only_ ? nullptr : worker_.pool.take_idle(target.key())) {
        http1_.begin(std::move(kept), true);
        // What cannot be repeated is not risked on a connection that the endpoint may have closed this very moment.
        const bool risky = !is_idempotent(downstream_.head().method) || !downstream_.body_complete();
        if (risky && !http1_.still_open()) {
            http1_.abandon();
            continue;
        }
        upstream_ = &http1_;
        ++worker_.counters.upstream_reused;
        return Failure::none;
    }
    return connect(target);
}

io::Task<Failure> Forwarder::connect(UpstreamTarget target) {
    auto connected = co_await connect_upstream(worker_.reactor, target, within_call(policy().timeouts.connect));
    if (!connected.connection) co_return connected.failure;
    ++worker_.counters.upstream_opened;
    if (protocol_ == routing::UpstreamProtocol::fastcgi) {
        begin_fastcgi(std::move(connected.connection));
    } else {
        http1_.begin(std::move(connected.connection), false);
        upstream_ = &http1_;
    }
    co_return Failure::none;
}

void Forwarder::begin_fastcgi(std::unique_ptr<UpstreamConnection> connection) {
    if (!fastcgi_)
        fastcgi_ = std::make_unique<fastcgi::UpstreamStream>(worker_.buffers, response_limits(settings()),
                                                             exchange_.record, downstream_.local_ip());
    fastcgi_->begin(std::move(connection));
    upstream_ = fastcgi_.get();
}

io::Task<Failure> Forwarder::lease_stream(UpstreamTarget target) {
    using Which = http2::SessionPool::Which;
    http2_ = worker_.http2_pool.open_stream(target, fresh_only_ ? Which::fresh : Which::any,
                                            settings().upstream_keepalive, policy().timeouts);
    const Failure failure = co_await http2_->wait_for_connection(within_call(policy().timeouts.connect));
    if (failure != Failure::none)
        http2_.reset();
    else
        upstream_ = http2_.get();
    co_return failure;
}

Failure Forwarder::request_sent(const io::IoResult& sent, bool whole) {
    // An endpoint may answer and close without reading everything: its answer decides, not the failed write.
    if (sent.status == io::IoStatus::timeout) return Failure::upstream_timeout;
    if (sent.status == io::IoStatus::cancelled) return Failure::client_gone;
    request_complete_ = whole && sent.status == io::IoStatus::ok;
    upload_.broken = sent.status == io::IoStatus::error;
    last_progress_ = worker_.reactor.now();
    if (!whole && sent.status == io::IoStatus::ok) {
        pump_ended_ = false;
        pump_ = pump_request_body();
        pump_.start();
    }
    return Failure::none;
}

// They come when everything has been decided, and may not say what the head could not: nothing that a filter sets or takes
// away, and no name that a head would lose.
const FieldList& Forwarder::request_trailers() {
    const routing::DownstreamSettings& names = settings().downstream;
    const auto is_unusual = [&](char c) {
        if (ascii::is_alnum(c) || c == '-') return false;
        return c == '_' ? !names.underscores_in_headers : names.ignore_invalid_headers;
    };
    trailers_.clear();
    for (const Field& field : downstream_.request_trailers())
        if (!exchange_.request_edits.fields.replaces(field.name) && std::ranges::none_of(field.name, is_unusual))
            trailers_.push_back(field);
    return trailers_;
}

// Endpoints of gRPC often begin their response with the first message, so that until then both sides may wait.
std::chrono::milliseconds Forwarder::client_silence_limit() const {
    const std::chrono::milliseconds limit = settings().downstream.body_timeout;
    return is_grpc_call(downstream_.head()) ? std::max<std::chrono::milliseconds>(limit, policy().timeouts.read)
                                            : limit;
}

io::Task<void> Forwarder::pump_request_body() {
    for (;;) {
        const BodyPieces body = co_await body_.next(client_silence_limit());
        if (pump_ended_) co_return;
        // A client may listen to a stream of gRPC without a word of its own; the endpoint's silence ends it.
        if (body.status == BodyStatus::timeout && downstream_.response_begun() && is_grpc_call(downstream_.head()))
            continue;
        if (body.status != BodyStatus::data && body.status != BodyStatus::end) {
            fail_request_body(failure_of(body.status));
            co_return;
        }
        const bool last = body.last || body.status == BodyStatus::end;
        const auto sent = co_await upstream_->send_body(body.pieces, last, last ? &request_trailers() : nullptr,
                                                        policy().timeouts.send);
        if (sent.status == io::IoStatus::timeout) fail_request_body(Failure::upstream_timeout);
        upload_.broken = sent.status == io::IoStatus::error;  // its answer may be there all the same
        if (sent.status != io::IoStatus::ok) co_return;
        last_progress_ = worker_.reactor.now();
        if (last) {
            request_complete_ = true;
            co_return;
        }
    }
}

// The endpoint must not take what it got for the whole, and nobody waits for its answer.
void Forwarder::fail_request_body(Failure failure) {
    upload_.failure = failure;
    upstream_->cut_request();
    upstream_->cancel_wait();
}

// Ends the pump, whatever it waits for. A body that is cut short ends in a reset, so that it looks cut.
io::Task<void> Forwarder::end_request_body() {
    if (!pump_ || pump_.done()) return {};
    return end_pump();
}

io::Task<void> Forwarder::end_pump() {
    pump_ended_ = true;
    downstream_.cancel_read_body();
    upstream_->cut_request();
    co_await pump_.join();
}

// While its body is on the way an endpoint owes no answer: the time-out counts from the end of the body.
std::chrono::milliseconds Forwarder::answer_time_left() const {
    const std::chrono::milliseconds limit = policy().timeouts.read;
    if (pump_ && !pump_.done()) return limit;
    const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(worker_.reactor.now() - last_progress_);
    return std::max(limit - quiet, std::chrono::milliseconds(0));
}

// True for a response that must not be seen, because an error page comes in its place.
bool Forwarder::intercepts(std::uint16_t status) const {
    const auto* const pages = target_.intercepts;
    if (pages == nullptr || pages->own_errors_only || is_grpc_call(downstream_.head())) return false;
    return std::ranges::binary_search(pages->statuses, status);
}

// What is there of the body is read, so that the connection can be kept; nobody waits for the rest.
io::Task<void> Forwarder::drop_response() {
    constexpr std::uint64_t kMaxDropped = 64 * 1024;
    co_await end_request_body();
    std::uint64_t dropped = 0;
    for (BodyPieces body = upstream_->poll_body();; body = upstream_->poll_body()) {
        dropped += body.bytes;
        if (request_complete_ && (body.last || body.status == BodyStatus::end)) {
            std::exchange(upstream_, nullptr)->finish();
            co_return;
        }
        if (body.status != BodyStatus::data || dropped > kMaxDropped) break;
    }
    abandon();
}

io::Task<Failure> Forwarder::relay_response() {
    ResponseRelay relay(worker_, downstream_, exchange_, *upstream_, upload_, [this] {
        if (request_complete_) give_back();
    });
    const bool complete = co_await relay.run();
    if (upstream_ != nullptr) {
        current_try().response = since_try_began();
        co_await end_request_body();
        if (complete && request_complete_ && exchange_.response.status != 101)
            give_back();
        else
            abandon();
    }
    if (!complete) downstream_.fail_response();
    co_return Failure::none;
}

// The exchange with the endpoint is over, and its connection can serve another.
void Forwarder::give_back() {
    current_try().response = since_try_began();
    observe_response_time();
    std::exchange(upstream_, nullptr)->finish();
}

void Forwarder::observe_response_time() {
    if (target_.backend.load_balance != routing::LoadBalance::ewma) return;
    worker_.balancer(target_.backend.id)
        .observe(target_.endpoints, upstream_->endpoint(), since_try_began(), worker_.reactor.now());
}

void Forwarder::abandon() noexcept {
    if (upstream_ != nullptr) std::exchange(upstream_, nullptr)->abandon();
}

}  // namespace fairway::proxy
