#include "admin/http_server.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/log.hpp"

namespace fairway::admin {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

tcp::endpoint endpoint_of(const IpAddress& address, std::uint16_t port) {
    return {asio::ip::make_address(address.to_string()), port};
}

void listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false));
    acceptor.bind(endpoint);
    acceptor.listen();
}

/// Every address: one IPv6 socket that takes IPv4 as well, or IPv4 alone where the kernel has no IPv6.
void listen_everywhere(tcp::acceptor& acceptor, std::uint16_t port) {
    try {
        listen_on(acceptor, {tcp::v6(), port});
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::address_in_use || error.code() == asio::error::access_denied) throw;
        boost::system::error_code ignored;
        acceptor.close(ignored);
        listen_on(acceptor, {tcp::v4(), port});
    }
}

tcp::acceptor open_acceptor(asio::io_context& io, const HttpServerOptions& options) {
    tcp::acceptor acceptor(io);
    try {
        if (options.address)
            listen_on(acceptor, endpoint_of(*options.address, options.port));
        else
            listen_everywhere(acceptor, options.port);
    } catch (const boost::system::system_error& error) {
        const std::string address = options.address ? SocketAddress{*options.address, options.port}.to_string()
                                                    : fmt::format("port {}", options.port);
        throw std::runtime_error(fmt::format("cannot listen on {}: {}", address, error.code().message()));
    }
    return acceptor;
}

HttpResponse answer(const HttpHandler& handler, const http::request<http::string_body>& request) {
    HttpRequest plain;
    plain.method = request.method_string();
    const auto question = request.target().find('?');
    plain.path = request.target().substr(0, question);
    if (question != beast::string_view::npos) plain.query = request.target().substr(question + 1);
    plain.host = request[http::field::host];
    try {
        return handler(plain);
    } catch (const std::exception& error) {
        log::error("admin.request.failed", {{"path", plain.path}, {"error", error.what()}});
        return {500, "internal error; the log says more\n"};
    }
}

/// The status for a request that the parser refused; 0 when the connection just ended or timed out.
unsigned refusal(const beast::error_code& error) {
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    const bool malformed = error.category() == http::make_error_code(http::error::bad_method).category();
    return malformed && error != http::error::end_of_stream && error != http::error::partial_message ? 400 : 0;
}

/// Status and fields, without a body.
template <class Message>
void fill_head(Message& message, const HttpResponse& response, bool keep_alive) {
    message.set(http::field::content_type, response.content_type);
    message.set(http::field::cache_control, "no-store");
    message.keep_alive(keep_alive);
}

http::response<http::string_body> message_of(HttpResponse response, unsigned version, bool keep_alive, bool head) {
    http::response<http::string_body> message(http::int_to_status(response.status), version);
    fill_head(message, response, keep_alive);
    message.content_length(response.body.size());
    if (!head) message.body() = std::move(response.body);
    return message;
}

}  // namespace

class HttpServer::State {
public:
    State(asio::io_context& io, const HttpServerOptions& options, HttpHandler handler)
        : options_(options), handler_(std::move(handler)), acceptor_(open_acceptor(io, options)), retry_(io) {}

    static void start(const std::shared_ptr<State>& state) {
        asio::co_spawn(state->acceptor_.get_executor(), accept_loop(state), log_exception);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void stop() {
        stopped_ = true;
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        retry_.cancel();
        for (beast::tcp_stream* stream : streams_) stream->close();
    }

private:
    static void log_exception(const std::exception_ptr& failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("admin.connection.failed", {{"error", error.what()}});
        }
    }

    static asio::awaitable<void> accept_loop(std::shared_ptr<State> self) {
        while (!self->stopped_) {
            auto [error, socket] = co_await self->acceptor_.async_accept(kAwait);
            if (self->stopped_) co_return;
            if (error) {
                // Out of descriptors, as a rule: trying again at once would burn the CPU until one is free.
                self->retry_.expires_after(std::chrono::milliseconds(100));
                co_await self->retry_.async_wait(kAwait);
                continue;
            }
            if (self->streams_.size() >= self->options_.max_connections) continue;
            const auto executor = self->acceptor_.get_executor();
            asio::co_spawn(executor, serve(self, beast::tcp_stream(std::move(socket))), log_exception);
        }
    }

    static asio::awaitable<void> serve(std::shared_ptr<State> self, beast::tcp_stream stream) {
        struct Listed {
            std::set<beast::tcp_stream*>& streams;
            beast::tcp_stream* stream;
            ~Listed() { streams.erase(stream); }
        };
        self->streams_.insert(&stream);
        const Listed listed{self->streams_, &stream};
        beast::flat_buffer buffer;
        bool more = true;
        while (more && !self->stopped_) more = co_await serve_one(*self, stream, buffer);
        beast::error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    /// Reads and answers one request. False: the connection is over.
    static asio::awaitable<bool> serve_one(State& self, beast::tcp_stream& stream, beast::flat_buffer& buffer) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(self.options_.max_header_bytes));
        parser.body_limit(self.options_.max_body_bytes);
        stream.expires_after(self.options_.timeout);
        const auto [read_error, read_bytes] = co_await http::async_read(stream, buffer, parser, kAwait);
        static_cast<void>(read_bytes);

        http::response<http::string_body> message;
        if (!read_error) {
            const auto& request = parser.get();
            HttpResponse response = answer(self.handler_, request);
            const bool head = request.method() == http::verb::head;
            if (response.more) co_return co_await stream_answer(self, stream, request, std::move(response));
            message = message_of(std::move(response), request.version(), request.keep_alive(), head);
        } else if (const unsigned status = refusal(read_error)) {
            message = message_of({status, fmt::format("{}\n", read_error.message())}, 11, false, false);
        } else {
            co_return false;
        }
        stream.expires_after(self.options_.timeout);
        const auto [write_error, written] = co_await http::async_write(stream, message, kAwait);
        static_cast<void>(written);
        co_return !write_error && message.keep_alive();
    }

    using Request = http::request<http::string_body>;

    /// An answer whose length is not known before its end: chunked, or for HTTP/1.0 until the connection closes. Only its
    /// head for HEAD.
    static asio::awaitable<bool> stream_answer(State& self, beast::tcp_stream& stream, const Request& request,
                                               HttpResponse response) {
        const bool chunked = request.version() >= 11;
        http::response<http::empty_body> head(http::int_to_status(response.status), request.version());
        fill_head(head, response, chunked && request.keep_alive());
        head.chunked(chunked);
        http::response_serializer<http::empty_body> serializer(head);
        stream.expires_after(self.options_.timeout);
        auto [error, size] = co_await http::async_write_header(stream, serializer, kAwait);
        if (request.method() == http::verb::head) co_return !error && head.keep_alive();
        std::optional<std::string> piece = std::move(response.body);
        while (!error && piece && !self.stopped_) {
            stream.expires_after(self.options_.timeout);
            if (chunked && !piece->empty())
                std::tie(error, size) =
                    co_await asio::async_write(stream, http::make_chunk(asio::buffer(*piece)), kAwait);
            else
                std::tie(error, size) = co_await asio::async_write(stream, asio::buffer(*piece), kAwait);
            // A write to a socket with room completes at once: others have their turn first.
            co_await asio::post(self.acceptor_.get_executor(), kAwait);
            if (!error) piece = response.more();
        }
        if (error || self.stopped_ || !chunked) co_return false;
        std::tie(error, size) = co_await asio::async_write(stream, http::make_chunk_last(), kAwait);
        co_return !error && request.keep_alive();
    }

    HttpServerOptions options_;
    HttpHandler handler_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    std::set<beast::tcp_stream*> streams_;  // of the coroutines that serve them
    bool stopped_ = false;
};

HttpServer::HttpServer(asio::io_context& io, const HttpServerOptions& options, HttpHandler handler)
    : state_(std::make_shared<State>(io, options, std::move(handler))) {
    State::start(state_);
}

HttpServer::~HttpServer() { state_->stop(); }

std::uint16_t HttpServer::port() const { return state_->port(); }

}  // namespace fairway::admin
