// A downstream connection from accept to close: PROXY header, passthrough or TLS handshake, choice of the protocol,
// HTTP/1 or HTTP/2.
#pragma once

#include <functional>
#include <memory>

#include "proxy/downstream_connection.hpp"
#include "proxy/http1/session.hpp"
#include "proxy/http2/session.hpp"
#include "proxy/l4/proxy_header.hpp"

namespace fairway::proxy {

/// Owned by its worker.
class DownstreamSession final : public io::ListHook {
public:
    /// @param on_end  called once, when serving is over; the worker destroys the session afterwards, not inside the call.
    DownstreamSession(WorkerContext& worker, int fd, ConnectionFacts facts,
                      std::function<void(DownstreamSession&)> on_end);
    ~DownstreamSession();

    void start();
    /// HTTP/2: says that no new streams are wanted. HTTP/1 can say so in its next response only.
    void drain();
    /// Closes an HTTP/1 connection that waits for a request.
    void end_if_idle();

private:
    io::Task<void> run();
    io::Task<void> serve();
    io::Task<bool> read_proxy_header();
    void believe(const l4::ProxyHeader::Addresses& addresses, const routing::ForwardedSettings& settings);
    io::Task<bool> tls_handshake();
    void note_handshake();
    io::Task<void> refuse_plain_http();
    io::Task<void> serve_http2(http1::InputWindow input);
    bool chose_http2() const noexcept;

    DownstreamConnection connection_;
    std::function<void(DownstreamSession&)> on_end_;
    std::unique_ptr<http1::Session> http1_;
    std::unique_ptr<http2::Session> http2_;
    io::Task<void> root_;
};

}  // namespace fairway::proxy
