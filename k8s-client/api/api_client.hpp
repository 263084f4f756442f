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

struct ApiResponse {
    unsigned status = 0;
    std::string body;
    std::chrono::seconds retry_after{0};  ///< 0: none given
};

struct ApiRequest {
    std::string method = "GET";  ///< GET, POST, PUT, PATCH
    std::string target;          ///< path and query as they are sent, with leading slash, without the URL's prefix
    std::string body;
    std::string content_type;  ///< empty without a body
};

/// The answer to a watch request. Ends with this object.
class WatchStream {
public:
    ~WatchStream();
    unsigned status() const noexcept;
    std::chrono::seconds retry_after() const noexcept;
    /// The next line without its end, or std::nullopt when the server has ended the watch in good order. The view is
    /// valid until the next call. Throws ApiUnreachable: broken, longer than a limit, or silent for `timeout`.
    boost::asio::awaitable<std::optional<std::string_view>> next_line(std::chrono::seconds timeout);

private:
    friend class ApiClient;
    struct State;
    explicit WatchStream(std::unique_ptr<State> state);
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
    /// Throws ApiUnreachable. A status of 400 and above is no exception.
    boost::asio::awaitable<ApiResponse> send(ApiRequest request);
    boost::asio::awaitable<ApiResponse> get(std::string target);
    /// Begins a watch; its lines follow by next_line(). Throws ApiUnreachable.
    boost::asio::awaitable<std::unique_ptr<WatchStream>> watch(std::string target);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace fairway::k8s
