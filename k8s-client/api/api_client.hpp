// Requests to a Kubernetes API server: HTTP/1.1 over TLS with kept connections, and watches line by line. Everything runs
// in one io_context; nothing blocks.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "k8s-client/api/client_config.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::k8s {

/// No answer came: the message says what was being done, and why it failed.
class ApiUnreachable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Nothing came for as long as the caller would wait.
class ApiSilent : public ApiUnreachable {
public:
    using ApiUnreachable::ApiUnreachable;
};

struct ApiResponse {
    unsigned status = 0;
    std::string body;
    std::chrono::seconds retry_after{0};  ///< 0: none given
};

struct ApiRequest {
    std::string method = "GET";  ///< GET, POST, PUT, PATCH
    std::string target;          ///< path and query as they are sent, with leading slash, without the URL's prefix
    std::string body;
    std::string content_type;                       ///< empty without a body
    std::chrono::milliseconds limit{kAnswerLimit};  ///< between two reads of the answer

    static constexpr std::chrono::seconds kAnswerLimit{30};
};

/// An answer that is read as it comes: a watch, or a list. What has been handed out is wiped. The connection is kept for
/// other requests when the answer was read to its end.
class AnswerStream {
public:
    ~AnswerStream();
    unsigned status() const noexcept;
    std::chrono::seconds retry_after() const noexcept;
    /// The next bytes, or std::nullopt at the end. The view is valid until the next call.
    /// Throws ApiSilent after `timeout`, or ApiUnreachable: broken.
    boost::asio::awaitable<std::optional<std::string_view>> next_chunk(std::chrono::milliseconds timeout);
    /// The next line without its end, or std::nullopt when the server has ended the answer in good order. The view is
    /// valid until the next call. Throws as next_chunk() does, and ApiUnreachable for a line longer than 16 MiB.
    boost::asio::awaitable<std::optional<std::string_view>> next_line(std::chrono::milliseconds timeout);

private:
    friend class ApiClient;
    struct State;
    explicit AnswerStream(std::unique_ptr<State> state);
    static void forget_given(State& state);
    std::unique_ptr<State> state_;
};

class ApiClient {
public:
    /// Throws std::runtime_error when the certificates of `config` cannot be used.
    /// @param user_agent  "fairway/0.1".
    ApiClient(boost::asio::io_context& io, ClientConfig config, std::string user_agent);
    ~ApiClient();
    ApiClient(const ApiClient&) = delete;
    ApiClient& operator=(const ApiClient&) = delete;

    const ClientConfig& config() const noexcept;

    /// A request on a kept connection that turns out to be closed is sent once more: what writes must bear that, by
    /// naming a resource version or the whole of what it sets.
    /// After a 401 the token file is read again, and the request sent once more with a token that is another one.
    /// Throws ApiUnreachable. A status of 400 and above is no exception.
    boost::asio::awaitable<ApiResponse> send(ApiRequest request);
    boost::asio::awaitable<ApiResponse> get(std::string target);
    /// GET, with an answer that is read piece by piece. Throws and repeats itself as send() does.
    boost::asio::awaitable<std::unique_ptr<AnswerStream>> stream(std::string target);

    /// Whether the API server sends lists as watches (sendInitialEvents, Kubernetes 1.34 by default); what was learnt
    /// from it holds for all watches.
    bool streams_lists() const noexcept { return streams_lists_; }
    void without_streamed_lists() noexcept { streams_lists_ = false; }

private:
    friend class AnswerStream;
    struct State;
    std::shared_ptr<State> state_;
    bool streams_lists_ = true;
};

}  // namespace fairway::k8s
