// Reads a response as fast as the endpoint gives it, whatever the client takes (annotation proxy-buffering): a slow client
// holds no endpoint. docs/buffering.md.
#pragma once

#include <coroutine>
#include <functional>

#include "proxy/body_spool.hpp"
#include "proxy/response_relay.hpp"

namespace fairway::proxy {

class ReadAhead {
public:
    /// @param filter   what the body passes through; null: it goes straight to the client.
    /// @param on_read  called when all of the body has been read.
    ReadAhead(WorkerContext& worker, DownstreamStream& downstream, Exchange& exchange, UpstreamStream& upstream,
              const UploadState& upload, BodyFilter* filter, std::function<void()> on_read);

    /// True when the client got the whole body.
    io::Task<bool> run();

private:
    /// One waits, the other wakes.
    class Signal {
    public:
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) noexcept { waiting_ = handle; }
        void await_resume() const noexcept {}
        void fire() {
            if (waiting_) std::exchange(waiting_, nullptr).resume();
        }

    private:
        std::coroutine_handle<> waiting_;
    };

    io::Task<void> fill();
    io::Task<bool> drain();
    io::Task<bool> send(std::span<const iovec> pieces, bool last);
    io::Task<bool> pause();

    WorkerContext& worker_;
    DownstreamStream& downstream_;
    Exchange& exchange_;
    UpstreamStream& upstream_;
    const UploadState& upload_;
    ToClient to_client_;
    BodyFilter& filter_;
    std::function<void()> on_read_;

    BodySpool spool_;
    BodySpool::Reader reader_;
    std::uint64_t sent_ = 0;               // of the spool
    std::span<const iovec> beyond_spool_;  // what the limits do not take; it is sent before more is read
    bool all_read_ = false;
    bool failed_ = false;   // no more will come, and something is missing
    bool stopped_ = false;  // the client takes no more
    Signal arrived_;
    Signal taken_;
    io::Task<void> filler_;
};

}  // namespace fairway::proxy
