// A TCP connection through a service listener, from accept to close.
#pragma once

#include <functional>
#include <memory>

#include "proxy/l4/proxy_header.hpp"
#include "proxy/l4/relay.hpp"
#include "proxy/l4/stream_port.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy::l4 {

/// Owned by its worker. Once connected it keeps its endpoint, whatever the configuration becomes.
class StreamSession final : public io::ListHook {
public:
    /// @param on_end  called once; the worker destroys the session afterwards, not inside the call.
    StreamSession(WorkerContext& worker, int fd, const SocketAddress& peer, StreamPort port,
                  std::function<void(StreamSession&)> on_end);
    ~StreamSession();  ///< a session that is not over ends with a reset on both sides

    void start();

private:
    io::Task<void> run();
    io::Task<void> serve();
    io::Task<bool> read_proxy_header();
    io::Task<bool> send_first_bytes();
    SocketAddress local_address() const;
    SocketAddress client_address() const;
    void give_up(std::uint16_t status);
    void finish(std::uint16_t status);

    WorkerContext& worker_;
    io::Connection client_;
    std::unique_ptr<UpstreamConnection> endpoint_;
    StreamPort port_;
    std::function<void(StreamSession&)> on_end_;
    SocketAddress peer_;
    ProxyHeader addresses_;  // of a PROXY header, or of the connection
    io::Buffer input_;       // read with the PROXY header, and the endpoint's
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    io::TimePoint began_;
    std::uint64_t received_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    bool over_ = false;
    io::Task<void> root_;
};

}  // namespace fairway::proxy::l4
