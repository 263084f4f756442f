// Clients and endpoints that speak any of the proxy's protocols, told what to do in the words of HTTP itself, so that one
// test runs between any two of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "wire/http2_endpoint.hpp"
#include "wire/wire_fixture.hpp"

namespace fairway::wire {

/// How a peer tells the length of the body it sends.
enum class Length : std::uint8_t { none, counted, streamed };

/// A message as a peer received it.
struct Received {
    std::string start;  ///< "POST /path authority", or the status
    /// Names in lower case, sorted; without Date (the proxy says its own) and what frames the message or belongs to the connection.
    Http2Fields fields;
    std::string content_length;  ///< empty: none
    std::string body;
    Http2Fields trailers;
    bool whole = false;  ///< it ended as its protocol says, not by a reset or a cut
};

enum class Downstream : std::uint8_t { http_1_0, http_1_1, http_2 };
enum class Upstream : std::uint8_t { http_1_1, h2c, h2 };

/// One request of a client, on a connection of its own.
class AnyClient {
public:
    static std::unique_ptr<AnyClient> connect(Downstream protocol, std::uint16_t port);
    virtual ~AnyClient() = default;

    /// False: neither trailers nor bodies of unknown length, in either direction.
    virtual bool has_trailers() const { return true; }
    /// @param size  of the body that will be sent; HTTP/1.0 must know it whatever `length` says.
    virtual void begin(std::string_view method, std::string_view path, const Http2Fields& fields = {},
                       Length length = Length::none, std::size_t size = 0) = 0;
    /// Returns when all of it left, or nobody wants it any more.
    virtual void send(std::string_view bytes) = 0;
    /// The end of a body, where its Length is not none.
    virtual void end(const Http2Fields& trailers = {}) = 0;
    /// The final status, as soon as its head has come.
    virtual std::string status() = 0;
    /// All of the response.
    virtual Received response() = 0;
    /// Goes away in the middle.
    virtual void leave() = 0;
};

/// The endpoint's side of one request.
class AnyEndpoint {
public:
    /// Takes the connection that the proxy opened to `listener`, and the head of its first request.
    static std::unique_ptr<AnyEndpoint> accept(Upstream protocol, Endpoint& listener, SSL_CTX* tls);
    virtual ~AnyEndpoint() = default;

    /// Waits for so many bytes of the body.
    virtual std::string body(std::size_t bytes) = 0;
    /// All of the request.
    virtual Received request() = 0;
    virtual void begin(std::string_view status, const Http2Fields& fields = {}, Length length = Length::none,
                       std::size_t size = 0) = 0;
    virtual void send(std::string_view bytes) = 0;
    virtual void end(const Http2Fields& trailers = {}) = 0;
    /// Offers so many bytes 'x', until nothing more of them is taken for a while. @return how many were; what is left of a
    /// body is for send_rest().
    virtual std::size_t send_until_blocked(std::size_t bytes) = 0;
    virtual void send_rest() = 0;
    /// Breaks off: TCP reset, or RST_STREAM.
    virtual void break_off() = 0;
    /// Waits until the proxy has given the request up.
    virtual bool given_up() = 0;
    /// Takes another request from the same connection if one is there. Call when the proxy has stopped.
    virtual bool nothing_more() = 0;
};

}  // namespace fairway::wire
