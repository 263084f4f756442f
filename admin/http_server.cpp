#include "admin/http_server.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "base/log.hpp"

namespace fairway::admin {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kFirstRead = 16 * 1024;
constexpr std::chrono::seconds kLinger{2};

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

HttpResponse answer(const HttpHandler& handler, http::request<http::string_body>& request) {
    HttpRequest plain;
    plain.method = request.method_string();
    const auto question = request.target().find('?');
    plain.path = request.target().substr(0, question);
    if (question != beast::string_view::npos) plain.query = request.target().substr(question + 1);
    plain.host = request[http::field::host];
    plain.body = std::move(request.body());
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

    void end_keep_alive() { last_requests_ = true; }

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
        if (self->options_.tls)
            co_await serve_tls(*self, stream);
        else
            co_await serve_requests(*self, stream);
        beast::error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    static asio::awaitable<void> serve_tls(State& self, beast::tcp_stream& plain) {
        const auto context = self.options_.tls();  // the connection keeps the certificate that it began with
        asio::ssl::stream<beast::tcp_stream&> stream(plain, *context);
        plain.expires_after(self.options_.timeout);
        const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
        if (error) co_return;
        co_await serve_requests(self, stream);
        plain.expires_after(std::chrono::seconds(1));
        co_await stream.async_shutdown(kAwait);
    }

    template <class Stream>
    static asio::awaitable<void> serve_requests(State& self, Stream& stream) {
        beast::flat_buffer buffer;
        bool more = true;
        while (more && !self.stopped_) more = co_await serve_one(self, stream, buffer);
    }

    /// Room among the bodies that are being read, held until the request has been answered.
    class BodyRoom {
    public:
        explicit BodyRoom(State& state) : state_(state) {}
        ~BodyRoom() { state_.body_bytes_ -= held_; }
        BodyRoom(const BodyRoom&) = delete;
        BodyRoom& operator=(const BodyRoom&) = delete;

        bool take(std::uint64_t bytes) {
            if (bytes > state_.options_.max_total_body_bytes - state_.body_bytes_) return false;
            state_.body_bytes_ += bytes;
            held_ += bytes;
            return true;
        }

    private:
        State& state_;
        std::uint64_t held_ = 0;
    };

    /// Reads and answers one request. False: the connection is over.
    template <class Stream>
    static asio::awaitable<bool> serve_one(State& self, Stream& stream, beast::flat_buffer& buffer) {
        auto& lowest = beast::get_lowest_layer(stream);
        if (buffer.size() == 0) {
            lowest.expires_after(self.options_.idle_timeout);
            const auto [idle_error, count] = co_await stream.async_read_some(buffer.prepare(kFirstRead), kAwait);
            if (idle_error) co_return false;
            buffer.commit(count);
        }
        http::request_parser<http::string_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(self.options_.max_header_bytes));
        parser.body_limit(self.options_.max_body_bytes);
        lowest.expires_after(self.options_.timeout);
        BodyRoom room(self);
        auto [error, size] = co_await http::async_read_header(stream, buffer, parser, kAwait);
        // A body of unknown length may become the largest that there is.
        if (!error && !parser.is_done() && !room.take(parser.content_length().value_or(self.options_.max_body_bytes)))
            co_return co_await refuse(self, stream, buffer, 503, "too much is asked at once; ask again");
        if (!error) std::tie(error, size) = co_await http::async_read(stream, buffer, parser, kAwait);
        if (error) {
            const unsigned status = refusal(error);
            if (status == 0) co_return false;
            co_return co_await refuse(self, stream, buffer, status, error.message());
        }
        auto& request = parser.get();
        HttpResponse response = answer(self.handler_, request);
        const bool keep_alive = request.keep_alive() && !self.last_requests_;
        if (response.more) co_return co_await stream_answer(self, stream, request, std::move(response));
        auto message =
            message_of(std::move(response), request.version(), keep_alive, request.method() == http::verb::head);
        lowest.expires_after(self.options_.timeout);
        std::tie(error, size) = co_await http::async_write(stream, message, kAwait);
        co_return !error && message.keep_alive();
    }

    /// Answers a request of which not all has been read. What the client is still sending is read for a moment, or the
    /// connection would be reset under the answer. @return false.
    template <class Stream>
    static asio::awaitable<bool> refuse(State& self, Stream& stream, beast::flat_buffer& buffer, unsigned status,
                                        std::string reason) {
        auto& lowest = beast::get_lowest_layer(stream);
        lowest.expires_after(self.options_.timeout);
        auto message = message_of({status, reason + "\n"}, 11, false, false);
        auto [error, size] = co_await http::async_write(stream, message, kAwait);
        beast::error_code ignored;
        lowest.socket().shutdown(tcp::socket::shutdown_send, ignored);  // the client need not wait for our patience
        lowest.expires_after(kLinger);
        for (std::size_t left = self.options_.max_body_bytes * 2; !error && left > 0; left -= std::min(left, size)) {
            buffer.clear();
            std::tie(error, size) = co_await stream.async_read_some(buffer.prepare(kFirstRead), kAwait);
        }
        co_return false;
    }

    using Request = http::request<http::string_body>;

    /// An answer whose length is not known before its end: chunked, or for HTTP/1.0 until the connection closes. Only its
    /// head for HEAD.
    template <class Stream>
    static asio::awaitable<bool> stream_answer(State& self, Stream& stream, const Request& request,
                                               HttpResponse response) {
        auto& lowest = beast::get_lowest_layer(stream);
        const bool chunked = request.version() >= 11;
        http::response<http::empty_body> head(http::int_to_status(response.status), request.version());
        fill_head(head, response, chunked && request.keep_alive());
        head.chunked(chunked);
        http::response_serializer<http::empty_body> serializer(head);
        lowest.expires_after(self.options_.timeout);
        auto [error, size] = co_await http::async_write_header(stream, serializer, kAwait);
        if (request.method() == http::verb::head) co_return !error && head.keep_alive();
        std::optional<std::string> piece = std::move(response.body);
        while (!error && piece && !self.stopped_) {
            lowest.expires_after(self.options_.timeout);
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
    std::uint64_t body_bytes_ = 0;          // of the bodies that are being read
    bool last_requests_ = false;
    bool stopped_ = false;
};

HttpServer::HttpServer(asio::io_context& io, const HttpServerOptions& options, HttpHandler handler)
    : state_(std::make_shared<State>(io, options, std::move(handler))) {
    State::start(state_);
}

HttpServer::~HttpServer() { state_->stop(); }

std::uint16_t HttpServer::port() const { return state_->port(); }

void HttpServer::end_keep_alive() { state_->end_keep_alive(); }

}  // namespace fairway::admin
