// Passes an endpoint's response on to the client: head, body or tunnel.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "proxy/body_filter.hpp"
#include "proxy/exchange.hpp"
#include "proxy/failure.hpp"
#include "proxy/upstream/upstream_stream.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// How the request's body fares while the response comes.
struct UploadState {
    Failure failure = Failure::none;  ///< the exchange is over because of it
    bool broken = false;              ///< the endpoint stopped reading; the end of its connection may be a reset
};

class ResponseRelay {
public:
    /// For the response whose head is in `exchange`. `upload` may change meanwhile.
    /// @param on_read  called when the endpoint's part is over before the client has everything: it may be given back.
    ResponseRelay(WorkerContext& worker, DownstreamStream& downstream, Exchange& exchange, UpstreamStream& upstream,
                  const UploadState& upload, std::function<void()> on_read)
        : worker_(worker),
          downstream_(downstream),
          exchange_(exchange),
          upstream_(upstream),
          upload_(upload),
          on_read_(std::move(on_read)) {}

    /// True when the client got the whole response; with status 101, when the tunnel is over.
    io::Task<bool> run();

private:
    io::Task<bool> relay_through_tunnel();
    io::Task<bool> relay_ahead();
    io::Task<bool> relay_body(Framing framing);
    io::Task<io::IoResult> send(const BodyPieces& body, bool last);
    void add_filters(ResponseStart& start);
    bool reads_ahead() const;
    void note_grpc_status(const FieldList& fields);
    const routing::RoutePolicy& policy() const noexcept { return *exchange_.record.route->policy; }
    UpstreamTry& current_try() { return exchange_.record.tries.back(); }

    WorkerContext& worker_;
    DownstreamStream& downstream_;
    Exchange& exchange_;
    UpstreamStream& upstream_;
    const UploadState& upload_;
    std::function<void()> on_read_;
    std::vector<std::unique_ptr<BodyFilter>> filters_;  // from the client back to the endpoint
};

}  // namespace fairway::proxy
