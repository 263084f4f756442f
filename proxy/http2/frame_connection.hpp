// One end of an HTTP/2 connection: an nghttp2 session, and its frames on their way to the socket.
#pragma once

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <memory>

#include "proxy/http2/abuse_limits.hpp"
#include "proxy/http2/field_block.hpp"
#include "proxy/http2/frame_output.hpp"
#include "proxy/http2/session_memory.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy::http2 {

/// Frames of all streams gather until the end of a turn of the event loop, and leave together.
class FrameConnection : public OutputGatherer, private io::Waiter {
public:
    nghttp2_session* h2() const noexcept { return h2_.get(); }
    WorkerContext& worker() noexcept { return worker_; }
    FrameOutput& output() noexcept { return output_; }
    FieldBlock& field_block() noexcept { return fields_; }
    /// What nghttp2 has to send leaves at the end of this turn.
    void gather_later();
    /// Counts against the limits of what a peer may ask; over them the connection ends with ENHANCE_YOUR_CALM.
    void note(Nuisance kind);
    /// Something that makes good for one nuisance of before.
    void forgive(Nuisance kind) noexcept { abuse_.forgive(kind); }
    /// A DATA frame is about to leave. Peers measure their bandwidth with a PING for what they receive.
    void data_leaves() noexcept { abuse_.forgive(Nuisance::ping); }

protected:
    explicit FrameConnection(WorkerContext& worker) : worker_(worker), memory_(worker.pages) {}
    ~FrameConnection() = default;

    /// Once, before anything is gathered.
    /// @param send_timeout  between two writes that the socket takes something of.
    void attach(io::Connection& io, std::chrono::milliseconds send_timeout) noexcept {
        io_ = &io;
        send_timeout_ = send_timeout;
    }
    /// What a session is to be made with that adopt() is given.
    nghttp2_mem* allocator() noexcept { return memory_.allocator(); }
    void adopt(nghttp2_session* session) noexcept { h2_.reset(session); }

    void flush() final;
    /// The socket has taken what it would, or the connection is broken().
    virtual void flushed() = 0;
    /// The peer went over a limit; told once.
    virtual void calmed() = 0;

    /// Gives back what an idle connection can do without; only while no stream is open.
    void trim() noexcept;

    bool broken() const noexcept { return broken_; }
    /// Takes the connection for broken.
    void give_up() noexcept { broken_ = true; }
    /// Nothing more is to be read or written.
    bool over() const noexcept;

private:
    struct H2Deleter {
        void operator()(nghttp2_session* session) const noexcept { nghttp2_session_del(session); }
    };
    void gather();
    void wake(io::Wake reason) final;

    WorkerContext& worker_;
    io::Connection* io_ = nullptr;
    std::chrono::milliseconds send_timeout_{};
    SessionMemory memory_;
    std::unique_ptr<nghttp2_session, H2Deleter> h2_;
    FieldBlock fields_;
    FrameOutput output_;
    AbuseLimits abuse_;
    bool waits_for_socket_ = false;
    bool calmed_ = false;
    bool broken_ = false;
};

}  // namespace fairway::proxy::http2
