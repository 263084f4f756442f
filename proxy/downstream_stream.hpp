// One request and its response towards the client, whatever protocol carries them. The rest of the proxy (filters,
// forwarding, logging) knows only this.
#pragma once

#include <chrono>
#include <optional>

#include "proxy/body.hpp"
#include "proxy/filters/grpc.hpp"
#include "proxy/http/message.hpp"
#include "proxy/io/connection.hpp"
#include "proxy/request_record.hpp"

namespace fairway::proxy {

/// A response that is about to begin: an endpoint's, or one of our own.
struct ResponseStart {
    std::uint16_t status = 200;
    const ResponseHead* upstream = nullptr;  ///< its fields are passed on, filtered; null: an answer of our own
    /// How the body is delimited. `chunked` stands for "length not known", `none` for a response that has no body.
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;
    std::string_view location;      ///< of our own redirects; empty: no field
    std::string_view content_type;  ///< of our own bodies; empty: no field
    bool close = false;             ///< the connection ends with this response (HTTP/1)
    /// Set for our own answers to gRPC calls, which have no body: the client gets 200 with this, `status` is logged.
    std::optional<GrpcStatus> grpc_status{};
    std::string_view grpc_message{};  ///< percent-encoded
};

class DownstreamStream {
public:
    virtual ~DownstreamStream() = default;

    virtual const RequestHead& head() const = 0;
    virtual const ConnectionFacts& connection_facts() const = 0;
    /// Where the client's connection arrived. Asks the system: for those who need it.
    virtual IpAddress local_ip() const = 0;
    /// Fires when the client gives up on this request.
    virtual io::Hangup& hangup() = 0;

    /// Bytes of body over which poll_body() and read_body() say `too_large`; 0: no limit.
    virtual void limit_body(std::uint64_t max_bytes) = 0;
    /// Request body bytes that are there already; never waits.
    virtual BodyPieces poll_body() = 0;
    /// Request body bytes, waiting for them when there are none. Sends 100 Continue first when the client expects it.
    virtual io::Task<BodyPieces> read_body(std::chrono::milliseconds timeout) = 0;
    /// Ends a read_body() that waits: it returns `truncated`.
    virtual void cancel_read_body() = 0;
    virtual bool body_complete() const = 0;
    virtual const FieldList& request_trailers() const = 0;

    /// Sends an interim response (1xx other than 101). HTTP/1.0 clients get none.
    virtual io::Task<io::IoResult> send_interim(const ResponseHead& head) = 0;
    /// Begins the final response. After status 101 both bodies are the raw bytes of the tunnel. Nothing is sent yet: the head leaves with the first bytes of the body.
    virtual void begin_response(const ResponseStart& start) = 0;
    /// Sends body bytes, and the head before the first of them. `last` ends the response.
    virtual io::Task<io::IoResult> send_body(std::span<const iovec> pieces, bool last,
                                             const FieldList* trailers = nullptr) = 0;
    virtual bool response_begun() const = 0;
    /// The response cannot be completed: makes sure that the client cannot take it for the whole.
    virtual void fail_response() = 0;
};

}  // namespace fairway::proxy
