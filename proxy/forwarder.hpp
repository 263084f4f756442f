// Forwards one request to an endpoint of its backend: pick, connect, send, retry where it is safe, relay the response.
#pragma once

#include <optional>

#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/failure.hpp"
#include "proxy/fastcgi/upstream_stream.hpp"
#include "proxy/http1/upstream_stream.hpp"
#include "proxy/http2/upstream_stream.hpp"
#include "proxy/request_body.hpp"
#include "proxy/response_relay.hpp"
#include "proxy/upstream/connect.hpp"
#include "proxy/upstream/endpoint_picker.hpp"
#include "proxy/upstream/sticky_choice.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// What is asked of whom.
struct ForwardTarget {
    const routing::Backend& backend;
    const routing::EndpointSet& endpoints;  ///< not empty
    routing::UpstreamProtocol protocol;     ///< auto_http: as the client came
    /// Error statuses of these pages are not relayed: Failure::intercepted. Null: everything is.
    const routing::ErrorPages* intercepts = nullptr;
    bool inspected = false;  ///< the exchange has an inspection that is to see the response
};

class Forwarder : private io::DeadlineNode {
public:
    /// For the request and the route in `exchange`. The target is of the snapshot that `exchange` pins.
    Forwarder(WorkerContext& worker, DownstreamStream& downstream, Exchange& exchange, RequestBody& body,
              const ForwardTarget& target);

    /// Failure::none: the response was relayed, or has failed after its head (the client sees that it is cut).
    /// Anything else: no response was begun, and the caller answers.
    io::Task<Failure> run();

private:
    struct Attempt {
        Failure failure = Failure::none;  ///< none: a final response head is in exchange_.response
        bool stale = false;    ///< a kept connection was closed before it gave a byte: not the endpoint's fault
        bool refused = false;  ///< the endpoint says that it did nothing for the request
    };
    io::Task<Failure> attempt(const routing::Endpoint& endpoint);
    Attempt note_attempt(Failure failure);
    UpstreamTarget target_at(const routing::Endpoint& endpoint) const;
    io::Task<Failure> lease(const routing::Endpoint& endpoint);
    io::Task<Failure> lease_stream(UpstreamTarget target);
    io::Task<Failure> connect(UpstreamTarget target);
    void begin_fastcgi(std::unique_ptr<UpstreamConnection> connection);
    Failure request_sent(const io::IoResult& sent, bool whole);
    void tell_balancer(Failure leased);  // of the current try
    Failure failure_of_wait(io::Wake why);
    Failure begin_response_body();
    io::Task<void> pump_request_body();
    io::Task<Failure> relay_response();
    io::Task<void> drop_response();
    void fail_request_body(Failure failure);
    io::Task<void> end_request_body();
    io::Task<void> end_pump();
    io::TimePoint on_deadline(io::TimePoint now) override;
    std::chrono::milliseconds within_call(std::chrono::milliseconds limit) const;
    Failure final_failure(Failure last) const;
    void give_back();
    void observe_response_time();
    void abandon() noexcept;

    bool repeats_method() const;
    bool may_retry(const Attempt& attempt) const;
    bool intercepts(std::uint16_t status) const;
    bool retry_wanted(std::uint16_t status) const;
    std::uint32_t tries_allowed() const;

    const routing::RoutePolicy& policy() const noexcept { return *exchange_.record.route->policy; }
    const routing::Settings& settings() const noexcept { return *exchange_.snapshot->settings; }
    UpstreamTry& current_try() { return exchange_.record.tries.back(); }
    std::chrono::duration<double> since_try_began() const;
    std::chrono::milliseconds answer_time_left() const;
    const FieldList& request_trailers();
    std::chrono::milliseconds client_silence_limit() const;

    WorkerContext& worker_;
    DownstreamStream& downstream_;
    Exchange& exchange_;
    RequestBody& body_;
    ForwardTarget target_;
    routing::UpstreamProtocol protocol_;  // not auto_http
    http1::UpstreamStream http1_;
    std::unique_ptr<http2::UpstreamStream> http2_;
    std::unique_ptr<fastcgi::UpstreamStream> fastcgi_;
    UpstreamStream* upstream_ = nullptr;  // of the current try, once there is a connection
    StickyChoice sticky_;
    EndpointPicker picker_;
    bool fresh_only_ = false;                   // a kept connection turned out to be closed
    int refusals_ = 0;                          // that have not used up a try
    io::TimePoint deadline_ = io::kNever;       // proxy-next-upstream-timeout, or that of the call
    io::TimePoint call_deadline_ = io::kNever;  // grpc-timeout
    io::TimePoint try_began_{};
    io::TimePoint last_progress_{};  // bytes to or from the endpoint before its response head is complete

    bool request_complete_ = false;  // all of it was sent on the current connection
    io::Task<void> pump_;
    UploadState upload_;       // its failure also when the time for the whole call is over
    FieldList trailers_;       // of the request: those that pass
    bool pump_ended_ = false;  // nobody wants the rest of the body: what the pump meets is no failure
};

}  // namespace fairway::proxy
