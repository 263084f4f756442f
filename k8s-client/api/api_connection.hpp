// One connection to an API server, plain or TLS.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <optional>

#include "k8s-client/api/client_config.hpp"
#include "k8s-client/api/wiping_allocator.hpp"

namespace fairway::k8s {

class ApiConnection {
public:
    /// Connects within a time limit. Throws ApiUnreachable.
    static boost::asio::awaitable<std::unique_ptr<ApiConnection>>
    open(boost::asio::io_context& io, boost::asio::ssl::context& tls, const ClientConfig& config);

    explicit ApiConnection(boost::asio::io_context& io);

    boost::beast::tcp_stream& tcp() noexcept { return tcp_; }
    using Buffer = boost::beast::basic_flat_buffer<WipingAllocator<char>>;
    Buffer& buffer() noexcept { return buffer_; }
    /// Calls `use` with the stream that bytes go through, and returns what it returns.
    template <class Use>
    auto with_stream(Use use) {
        return tls_ ? use(*tls_) : use(tcp_);
    }

private:
    void keep_watch_over_peer();

    boost::beast::tcp_stream tcp_;
    std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
    Buffer buffer_;
};

}  // namespace fairway::k8s
