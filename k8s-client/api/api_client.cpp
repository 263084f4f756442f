#include "k8s-client/api/api_client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

#include "k8s-client/api/api_connection.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::chrono::seconds kAnswerLimit{30};                       // between two reads of an answer
constexpr std::uint64_t kMaxAnswer = std::uint64_t{64} * 1024 * 1024;  // bytes; a page of 500 objects is far below it
constexpr std::size_t kMaxLine = std::size_t{16} * 1024 * 1024;  // bytes of one watched object; etcd allows 1.5 MiB
constexpr std::size_t kMostIdle = 2;
constexpr std::chrono::seconds kTokenAge{60};  // the kubelet rotates tokens well before they expire

std::chrono::seconds retry_after_of(const http::fields& fields) {
    const auto text = fields[http::field::retry_after];
    int seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(std::clamp(seconds, 0, 300));
}

void use_certificates(asio::ssl::context& tls, const ClientConfig& config) {
    tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                    asio::ssl::context::no_tlsv1_1);
    tls.set_verify_mode(config.insecure_skip_verify ? asio::ssl::verify_none : asio::ssl::verify_peer);
    if (config.ca_pem.empty())
        tls.set_default_verify_paths();
    else
        tls.add_certificate_authority(asio::buffer(config.ca_pem));
    if (config.certificate_pem.empty()) return;
    tls.use_certificate_chain(asio::buffer(config.certificate_pem));
    tls.use_private_key(asio::buffer(config.key_pem), asio::ssl::context::pem);
}

}  // namespace

struct ApiClient::State {
    State(asio::io_context& context, ClientConfig client_config, std::string agent)
        : io(context), config(std::move(client_config)), user_agent(std::move(agent)) {
        if (config.tls) use_certificates(tls, config);
    }

    http::request<http::string_body> make_request(const ApiRequest& given) {
        http::request<http::string_body> request;
        request.method_string(given.method);
        request.target(config.path_prefix + given.target);
        request.set(http::field::host, config.host);
        request.set(http::field::user_agent, user_agent);
        request.set(http::field::accept, "application/json");
        if (const auto& bearer = bearer_token(); !bearer.empty())
            request.set(http::field::authorization, "Bearer " + bearer);
        if (given.content_type.empty()) return request;
        request.set(http::field::content_type, given.content_type);
        request.body() = given.body;
        request.prepare_payload();
        return request;
    }

    const std::string& bearer_token() {
        if (config.token_file.empty()) return config.token;
        const auto now = std::chrono::steady_clock::now();
        if (!token.empty() && now - token_read < kTokenAge) return token;
        std::ifstream file(config.token_file, std::ios::binary);
        std::string text((std::istreambuf_iterator<char>(file)), {});
        while (!text.empty() && text.back() == '\n') text.pop_back();
        if (!text.empty()) token = std::move(text);  // while it is being replaced, the old one still counts
        token_read = now;
        return token;
    }

    asio::awaitable<std::unique_ptr<ApiConnection>> lease(bool& kept) {
        kept = !idle.empty();
        if (!kept) co_return co_await ApiConnection::open(io, tls, config);
        auto connection = std::move(idle.back());
        idle.pop_back();
        co_return connection;
    }

    /// Sends `request` and reads the head of the answer into `parser`.
    template <class Parser>
    asio::awaitable<void> exchange(ApiConnection& connection, const http::request<http::string_body>& request,
                                   Parser& parser) {
        connection.tcp().expires_after(kAnswerLimit);
        co_await connection.with_stream(
            [&](auto& stream) { return http::async_write(stream, request, asio::use_awaitable); });
        co_await connection.with_stream([&](auto& stream) {
            return http::async_read_header(stream, connection.buffer(), parser, asio::use_awaitable);
        });
    }

    asio::awaitable<ApiResponse> read_answer(ApiConnection& connection, const ApiRequest& request) {
        http::response_parser<http::string_body> parser;
        parser.body_limit(kMaxAnswer);
        co_await exchange(connection, make_request(request), parser);
        while (!parser.is_done()) {
            connection.tcp().expires_after(kAnswerLimit);
            co_await connection.with_stream([&](auto& stream) {
                return http::async_read_some(stream, connection.buffer(), parser, asio::use_awaitable);
            });
        }
        connection.tcp().expires_never();
        may_keep = parser.get().keep_alive();
        co_return ApiResponse{parser.get().result_int(), std::move(parser.get().body()), retry_after_of(parser.get())};
    }

    ApiUnreachable failure(const ApiRequest& request, const boost::system::system_error& error) const {
        return ApiUnreachable(fmt::format("{}: {} {}: {}", config.url(), request.method,
                                          request.target.substr(0, request.target.find('?')), error.code().message()));
    }

    asio::io_context& io;
    ClientConfig config;
    std::string user_agent;
    asio::ssl::context tls{asio::ssl::context::tls_client};
    std::vector<std::unique_ptr<ApiConnection>> idle;
    std::string token;
    std::chrono::steady_clock::time_point token_read{};
    bool may_keep = false;  ///< of the answer that was read last
};

struct WatchStream::State {
    std::unique_ptr<ApiConnection> connection;
    http::response_parser<http::buffer_body> parser;
    std::string target;
    std::string lines;  // received, from `begin` on not given out yet
    std::size_t begin = 0;
    std::array<char, 64 * 1024> chunk;
};

WatchStream::WatchStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
WatchStream::~WatchStream() = default;

unsigned WatchStream::status() const noexcept { return state_->parser.get().result_int(); }
std::chrono::seconds WatchStream::retry_after() const noexcept { return retry_after_of(state_->parser.get()); }

asio::awaitable<std::optional<std::string_view>> WatchStream::next_line(std::chrono::seconds timeout) {
    State& state = *state_;
    std::size_t scanned = 0;
    for (;;) {
        const auto end = state.lines.find('\n', state.begin + scanned);
        if (end != std::string::npos) {
            const std::string_view line(state.lines.data() + state.begin, end - state.begin);
            state.begin = end + 1;
            co_return line;
        }
        state.lines.erase(0, state.begin);
        state.begin = 0;
        scanned = state.lines.size();
        if (scanned > kMaxLine) throw ApiUnreachable(state.target + ": a watched object is larger than 16 MiB");
        if (state.parser.is_done()) co_return std::nullopt;
        auto& body = state.parser.get().body();
        body.data = state.chunk.data();
        body.size = state.chunk.size();
        body.more = true;
        state.connection->tcp().expires_after(timeout);
        boost::system::error_code error;
        co_await state.connection->with_stream([&](auto& stream) {
            return http::async_read_some(stream, state.connection->buffer(), state.parser,
                                         asio::redirect_error(asio::use_awaitable, error));
        });
        if (error && error != http::error::need_buffer) throw ApiUnreachable(state.target + ": " + error.message());
        state.lines.append(state.chunk.data(), state.chunk.size() - body.size);
    }
}

ApiClient::ApiClient(asio::io_context& io, ClientConfig config, std::string user_agent)
    : state_(std::make_unique<State>(io, std::move(config), std::move(user_agent))) {}
ApiClient::~ApiClient() = default;

const ClientConfig& ApiClient::config() const noexcept { return state_->config; }

asio::awaitable<ApiResponse> ApiClient::get(std::string target) {
    ApiRequest request;
    request.target = std::move(target);
    return send(std::move(request));
}

asio::awaitable<ApiResponse> ApiClient::send(ApiRequest request) {
    for (;;) {
        bool kept = false;
        auto connection = co_await state_->lease(kept);
        try {
            auto answer = co_await state_->read_answer(*connection, request);
            if (state_->may_keep && state_->idle.size() < kMostIdle) state_->idle.push_back(std::move(connection));
            co_return answer;
        } catch (const boost::system::system_error& error) {
            if (!kept) throw state_->failure(request, error);  // a kept one may have been closed meanwhile: once more
        }
    }
}

asio::awaitable<std::unique_ptr<WatchStream>> ApiClient::watch(std::string target) {
    auto state = std::make_unique<WatchStream::State>();
    state->connection = co_await ApiConnection::open(state_->io, state_->tls, state_->config);
    state->parser.body_limit(boost::none);
    ApiRequest request;
    request.target = target;
    state->target = state_->config.url() + target.substr(0, target.find('?'));
    try {
        co_await state_->exchange(*state->connection, state_->make_request(request), state->parser);
    } catch (const boost::system::system_error& error) {
        throw state_->failure(request, error);
    }
    co_return std::unique_ptr<WatchStream>(new WatchStream(std::move(state)));
}

}  // namespace fairway::k8s
