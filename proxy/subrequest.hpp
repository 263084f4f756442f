// A request that the proxy makes for itself while it serves one of a client: asks whether that may pass, fetches a page.
#pragma once

#include <string>

#include "proxy/failure.hpp"
#include "proxy/http/out_buffer.hpp"
#include "proxy/http1/upstream_stream.hpp"
#include "proxy/upstream/connect.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

struct SubrequestLimits {
    std::chrono::milliseconds connect{5'000};  ///< the TLS handshake included
    std::chrono::milliseconds send{60'000};    ///< between two writes
    std::chrono::milliseconds read{60'000};    ///< between two reads
    std::size_t max_head_bytes = std::size_t{64} * 1024;
};

/// One HTTP/1.1 request without body, on a kept connection when there is one. For one request at a time, and then the next.
class Subrequest {
public:
    /// @param pool       where the connection comes from and goes to; outlives this.
    /// @param keepalive  limits of `pool`; with 0 connections the head should say Connection: close.
    Subrequest(WorkerContext& worker, UpstreamPool& pool, const routing::UpstreamKeepalive& keepalive,
               const SubrequestLimits& limits);
    ~Subrequest() { abandon(); }
    Subrequest(const Subrequest&) = delete;
    Subrequest& operator=(const Subrequest&) = delete;

    /// Where the caller writes the request's head, its empty line included, before ask().
    OutBuffer& head() noexcept { return head_; }

    /// Sends the head, and waits for that of the final response. A kept connection that was closed meanwhile is replaced
    /// once. Interim responses are skipped; a 101 is upstream_invalid.
    /// @param target  its `tls` must outlive the call.
    /// @param client  when it hangs up nobody wants the answer: client_gone.
    io::Task<Failure> ask(UpstreamTarget target, Method method, io::Hangup& client);

    /// After ask() gave Failure::none; views in it are valid until the next ask() or the end of this.
    const ResponseHead& response() const noexcept { return response_; }

    /// Reads the rest of the response, so that the connection can be kept.
    /// @param into  gets the body; nullptr: it is dropped.
    /// @return upstream_invalid when it is longer than `max_bytes`.
    io::Task<Failure> read_body(std::string* into, std::size_t max_bytes, io::Hangup& client);

    /// Gives the connection back when the whole response was read; else it is closed.
    void finish();

private:
    io::Task<Failure> lease(UpstreamTarget target, bool fresh);
    io::Task<Failure> exchange(Method method, io::Hangup& client);
    void abandon() noexcept;

    WorkerContext& worker_;
    UpstreamPool& pool_;
    routing::UpstreamKeepalive keepalive_;
    SubrequestLimits limits_;
    OutBuffer head_;
    http1::UpstreamStream stream_;
    bool leased_ = false;
    ResponseHead response_;
    io::Buffer response_buffer_;  // what response_ points into
};

}  // namespace fairway::proxy
