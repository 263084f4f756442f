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
#include "k8s-client/api/refused.hpp"
#include "k8s-client/api/wiping_allocator.hpp"

namespace fairway::k8s {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::uint64_t kMaxAnswer = std::uint64_t{64} * 1024 * 1024;  // bytes, of one that is not streamed
constexpr std::size_t kMaxLine = std::size_t{16} * 1024 * 1024;        // of one watched object; etcd allows 1.5 MiB
constexpr std::size_t kKeptCapacity = std::size_t{256} * 1024;         // of the buffer of a stream at rest
constexpr std::size_t kChunk = std::size_t{64} * 1024;
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
                    asio::ssl::context::no_tlsv1_1 | SSL_OP_CLEANSE_PLAINTEXT);
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
        request.set(http::field::host, config.authority());
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
        if (token.empty() || std::chrono::steady_clock::now() - token_read >= kTokenAge) read_token();
        return token;
    }

    /// @return whether it is another one than before.
    bool read_token() {
        if (config.token_file.empty()) return false;
        std::ifstream file(config.token_file, std::ios::binary);
        std::string text((std::istreambuf_iterator<char>(file)), {});
        while (!text.empty() && text.back() == '\n') text.pop_back();
        token_read = std::chrono::steady_clock::now();
        if (text.empty() || text == token) return false;  // while it is being replaced, the old one still counts
        wipe(token);
        token = std::move(text);
        return true;
    }

    asio::awaitable<std::unique_ptr<ApiConnection>> lease(bool& kept) {
        kept = !idle.empty();
        if (!kept) co_return co_await ApiConnection::open(io, tls, config);
        auto connection = std::move(idle.back());
        idle.pop_back();
        co_return connection;
    }

    void give_back(std::unique_ptr<ApiConnection> connection) {
        connection->tcp().expires_never();
        if (idle.size() < kMostIdle) idle.push_back(std::move(connection));
    }

    /// Sends the request and reads the head of the answer into `parser`, on a connection that the caller owns then.
    template <class Parser>
    asio::awaitable<std::unique_ptr<ApiConnection>> begin(const ApiRequest& given, std::optional<Parser>& parser) {
        for (bool may_repeat = true;;) {
            bool kept = false;
            auto connection = co_await lease(kept);
            const auto request = make_request(given);
            parser.emplace();
            try {
                co_await exchange(*connection, request, *parser, given.limit);
            } catch (const boost::system::system_error& error) {
                if (kept) continue;  // it may have been closed meanwhile: once more
                throw failure(given, error);
            }
            if (parser->get().result_int() != kUnauthorized || !may_repeat || !read_token()) co_return connection;
            may_repeat = false;
        }
    }

    template <class Parser>
    static asio::awaitable<void> exchange(ApiConnection& connection, const http::request<http::string_body>& request,
                                          Parser& parser, std::chrono::milliseconds limit) {
        connection.tcp().expires_after(limit);
        co_await connection.with_stream(
            [&](auto& stream) { return http::async_write(stream, request, asio::use_awaitable); });
        co_await connection.with_stream([&](auto& stream) {
            return http::async_read_header(stream, connection.buffer(), parser, asio::use_awaitable);
        });
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
};

struct AnswerStream::State {
    std::shared_ptr<ApiClient::State> client;
    std::unique_ptr<ApiConnection> connection;
    std::optional<http::response_parser<http::buffer_body>> parser;
    std::string target;
    WipedString lines;      // received, from `begin` on not given out yet
    std::size_t begin = 0;  // what is in front of it was given out
    std::array<char, kChunk> chunk;
    std::size_t chunk_size = 0;
};

AnswerStream::AnswerStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

AnswerStream::~AnswerStream() {
    wipe(state_->chunk.data(), state_->chunk_size);
    if (state_->connection && state_->parser->is_done() && state_->parser->get().keep_alive())
        state_->client->give_back(std::move(state_->connection));
}

unsigned AnswerStream::status() const noexcept { return state_->parser->get().result_int(); }
std::chrono::seconds AnswerStream::retry_after() const noexcept { return retry_after_of(state_->parser->get()); }

asio::awaitable<std::optional<std::string_view>> AnswerStream::next_chunk(std::chrono::milliseconds timeout) {
    State& state = *state_;
    while (!state.parser->is_done()) {
        wipe(state.chunk.data(), std::exchange(state.chunk_size, 0));
        auto& body = state.parser->get().body();
        body.data = state.chunk.data();
        body.size = state.chunk.size();
        body.more = true;
        state.connection->tcp().expires_after(timeout);
        boost::system::error_code error;
        co_await state.connection->with_stream([&](auto& stream) {
            return http::async_read_some(stream, state.connection->buffer(), *state.parser,
                                         asio::redirect_error(asio::use_awaitable, error));
        });
        if (error == boost::beast::error::timeout)
            throw ApiSilent(fmt::format("{}: nothing was sent for {} s", state.target, timeout.count() / 1000));
        if (error && error != http::error::need_buffer) throw ApiUnreachable(state.target + ": " + error.message());
        state.chunk_size = state.chunk.size() - body.size;
        if (state.chunk_size != 0) co_return std::string_view(state.chunk.data(), state.chunk_size);
    }
    co_return std::nullopt;
}

asio::awaitable<std::optional<std::string_view>> AnswerStream::next_line(std::chrono::milliseconds timeout) {
    State& state = *state_;
    std::size_t scanned = 0;
    for (;;) {
        const auto end = state.lines.find('\n', state.begin + scanned);
        if (end != std::string::npos) {
            const std::string_view line(state.lines.data() + state.begin, end - state.begin);
            state.begin = end + 1;
            co_return line;
        }
        forget_given(state);
        scanned = state.lines.size();
        if (scanned > kMaxLine) throw ApiUnreachable(state.target + ": a watched object is larger than 16 MiB");
        const auto more = co_await next_chunk(timeout);
        if (!more) co_return std::nullopt;
        state.lines.append(*more);
    }
}

/// Moves what is left to the front, and wipes all behind it.
void AnswerStream::forget_given(State& state) {
    const auto size = state.lines.size();
    state.lines.erase(0, state.begin);
    const auto kept = state.lines.size();
    state.lines.resize(size);
    wipe(state.lines.data() + kept, size - kept);
    state.lines.resize(kept);
    if (kept == 0 && state.lines.capacity() > kKeptCapacity) state.lines = WipedString();
    state.begin = 0;
}

ApiClient::ApiClient(asio::io_context& io, ClientConfig config, std::string user_agent)
    : state_(std::make_shared<State>(io, std::move(config), std::move(user_agent))) {}
ApiClient::~ApiClient() = default;

const ClientConfig& ApiClient::config() const noexcept { return state_->config; }

asio::awaitable<ApiResponse> ApiClient::get(std::string target) {
    ApiRequest request;
    request.target = std::move(target);
    return send(std::move(request));
}

asio::awaitable<ApiResponse> ApiClient::send(ApiRequest request) {
    std::optional<http::response_parser<http::string_body>> parser;
    auto connection = co_await state_->begin(request, parser);
    parser->body_limit(kMaxAnswer);
    try {
        while (!parser->is_done()) {
            connection->tcp().expires_after(request.limit);
            co_await connection->with_stream([&](auto& stream) {
                return http::async_read_some(stream, connection->buffer(), *parser, asio::use_awaitable);
            });
        }
    } catch (const boost::system::system_error& error) {
        throw state_->failure(request, error);
    }
    auto& answer = parser->get();
    if (answer.keep_alive()) state_->give_back(std::move(connection));
    co_return ApiResponse{answer.result_int(), std::move(answer.body()), retry_after_of(answer)};
}

asio::awaitable<std::unique_ptr<AnswerStream>> ApiClient::stream(std::string target) {
    auto state = std::make_unique<AnswerStream::State>();
    state->client = state_;
    state->target = state_->config.url() + target.substr(0, target.find('?'));
    ApiRequest request;
    request.target = std::move(target);
    state->connection = co_await state_->begin(request, state->parser);
    state->parser->body_limit(boost::none);
    co_return std::unique_ptr<AnswerStream>(new AnswerStream(std::move(state)));
}

}  // namespace fairway::k8s
