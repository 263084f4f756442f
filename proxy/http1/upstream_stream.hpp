// One request and its response on an HTTP/1 connection to an endpoint.
#pragma once

#include <memory>

#include "proxy/http/out_buffer.hpp"
#include "proxy/http1/body_reader.hpp"
#include "proxy/upstream/upstream_pool.hpp"
#include "proxy/upstream/upstream_stream.hpp"

namespace fairway::proxy::http1 {

class UpstreamStream final : public proxy::UpstreamStream {
public:
    /// @param head_text  where the request head is written; in use until the request has been sent.
    UpstreamStream(UpstreamPool& pool, const routing::UpstreamKeepalive& keepalive, io::BufferPool& buffers,
                   const HeadLimits& limits, OutBuffer& head_text)
        : pool_(pool), keepalive_(keepalive), buffers_(buffers), limits_(limits), head_text_(head_text) {}

    void begin(std::unique_ptr<UpstreamConnection> connection, bool reused);
    /// False when the endpoint has closed a kept connection already. One system call; for requests that cannot be repeated.
    bool still_open() noexcept;

    const SocketAddress& endpoint() const noexcept override { return connection_->key.address; }
    bool reused() const noexcept override { return reused_; }
    bool response_seen() const noexcept override { return response_seen_; }
    bool refused() const noexcept override { return false; }
    bool can_upgrade() const noexcept override { return true; }

    io::Task<io::IoResult> send_request(const UpstreamRequest& request, std::span<const iovec> body, bool last,
                                        std::chrono::milliseconds timeout) override;
    /// Sends what is written in `head_text`: a whole request without body, made by the caller.
    io::Task<io::IoResult> send_head_text(std::chrono::milliseconds timeout);
    io::Task<io::IoResult> send_body(std::span<const iovec> body, bool last, const FieldList* trailers,
                                     std::chrono::milliseconds timeout) override;
    void cut_request() noexcept override;

    HeadStatus poll_head(Method request_method, ResponseHead& head) override;
    void begin_body(const ResponseHead& head) override;
    BodyPieces poll_body() override { return body_.poll(); }
    const FieldList& trailers() const noexcept override { return body_.trailers(); }
    io::Buffer keep_response_head() override { return window_.detach_front(0, buffers_); }

    bool has_input() const noexcept override { return connection_->connection.has_input(); }
    void wait_input(io::Waiter& waiter, std::chrono::milliseconds timeout) override {
        io().source().wait_readable(waiter, timeout);
    }
    void stop_waiting() noexcept override { io().source().stop_reading(); }
    void cancel_wait() override { io().source().cancel_reader(); }

    void finish() override;
    void abandon() noexcept override;

private:
    io::Connection& io() noexcept { return connection_->connection; }
    std::size_t add_body(std::size_t count, std::span<const iovec> body);

    UpstreamPool& pool_;
    const routing::UpstreamKeepalive& keepalive_;
    io::BufferPool& buffers_;
    HeadLimits limits_;
    std::unique_ptr<UpstreamConnection> connection_;
    bool reused_ = false;
    bool response_seen_ = false;
    bool keep_alive_ = false;
    bool asked_to_close_ = false;
    bool tunnel_ = false;

    // What is being sent: at most 16 runs of body, and ours around them.
    OutBuffer& head_text_;
    bool chunked_ = false;
    std::array<iovec, 20> pieces_;
    std::array<char, 20> chunk_size_;

    InputWindow window_;
    std::size_t head_scanned_ = 0;
    BodyReader body_;
};

}  // namespace fairway::proxy::http1
