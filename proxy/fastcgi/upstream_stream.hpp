// One request and its response on a FastCGI connection to an endpoint, which carries no other: with FCGI_KEEP_CONN a
// process of the application would wait on every kept connection, and PHP has few of them.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "proxy/exchange.hpp"
#include "proxy/fastcgi/error_text.hpp"
#include "proxy/fastcgi/records.hpp"
#include "proxy/fastcgi/response_head.hpp"
#include "proxy/http1/input_window.hpp"
#include "proxy/upstream/upstream_pool.hpp"
#include "proxy/upstream/upstream_stream.hpp"

namespace fairway::proxy::fastcgi {

class UpstreamStream final : public proxy::UpstreamStream {
public:
    /// @param record    of the request that is sent.
    /// @param local_ip  where its client's connection arrived.
    UpstreamStream(io::BufferPool& buffers, const http1::HeadLimits& limits, const RequestRecord& record,
                   const IpAddress& local_ip)
        : buffers_(buffers), limits_(limits), record_(record), local_ip_(local_ip), head_(buffers) {}

    void begin(std::unique_ptr<UpstreamConnection> connection);

    const SocketAddress& endpoint() const noexcept override { return connection_->key.address; }
    bool reused() const noexcept override { return false; }
    bool response_seen() const noexcept override { return response_seen_; }
    bool refused() const noexcept override { return refused_ && !response_seen_; }
    bool can_upgrade() const noexcept override { return false; }

    io::Task<io::IoResult> send_request(const UpstreamRequest& request, std::span<const iovec> body, bool last,
                                        std::chrono::milliseconds timeout) override;
    io::Task<io::IoResult> send_body(std::span<const iovec> body, bool last, const FieldList* trailers,
                                     std::chrono::milliseconds timeout) override;
    void cut_request() noexcept override;

    HeadStatus poll_head(Method request_method, ResponseHead& head) override;
    void begin_body(const ResponseHead& head) override;
    BodyPieces poll_body() override;
    const FieldList& trailers() const noexcept override;
    io::Buffer keep_response_head() override { return head_.keep(); }

    bool has_input() const noexcept override { return connection_->connection.has_input(); }
    void wait_input(io::Waiter& waiter, std::chrono::milliseconds timeout) override {
        io().source().wait_readable(waiter, timeout);
    }
    void stop_waiting() noexcept override { io().source().stop_reading(); }
    void cancel_wait() override { io().source().cancel_reader(); }

    void finish() override { abandon(); }
    void abandon() noexcept override;

private:
    using Step = RecordReader::Step;

    io::Connection& io() noexcept { return connection_->connection; }
    io::Task<io::IoResult> send_records(std::string_view first, std::span<const iovec> body, bool last,
                                        std::chrono::milliseconds timeout);
    HeadStatus take_head(const Step& step, Method request_method, ResponseHead& head);
    void take_body(const Step& step, std::size_t& count, std::size_t& bytes);
    void add_output(std::string_view data, std::size_t& count, std::size_t& bytes);
    io::IoStatus read_more();

    io::BufferPool& buffers_;
    const http1::HeadLimits limits_;
    const RequestRecord& record_;
    const IpAddress local_ip_;
    std::unique_ptr<UpstreamConnection> connection_;
    bool response_seen_ = false;
    bool refused_ = false;

    std::string request_text_;  // all records before those of the body

    http1::InputWindow window_;
    RecordReader records_;
    ResponseHeadReader head_;
    ErrorText errors_;
    std::size_t bytes_read_ = 0;
    std::size_t bytes_beside_ = 0;  // read since the head or a piece of the body
    std::string_view rest_;         // of the record in which the head ended
    bool sized_ = false;
    std::uint64_t remaining_ = 0;                 // of a body whose length was announced
    BodyStatus ending_ = BodyStatus::need_input;  // how the body has ended
    std::array<iovec, 16> pieces_;
};

}  // namespace fairway::proxy::fastcgi
