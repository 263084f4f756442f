// A scripted HTTP/2 endpoint: what a test does with one connection that the proxy opened. nghttp2's server session does
// the framing; the test decides what is answered, when, and how wrongly. Everything waits with the patience of a test.
#pragma once

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/tls_client.hpp"
#include "wire/wire_fixture.hpp"

namespace fairway::wire {

using Http2Fields = std::vector<std::pair<std::string, std::string>>;

/// The first value of that name; empty when there is none.
std::string field_of(const Http2Fields& fields, std::string_view name);
bool has_field(const Http2Fields& fields, std::string_view name);

/// A request as far as it has arrived.
struct Http2Request {
    Http2Fields fields;  ///< pseudo-headers included, in the order received
    std::string body;
    Http2Fields trailers;
    bool head_complete = false;
    bool ended = false;                  ///< END_STREAM arrived
    std::optional<std::uint32_t> reset;  ///< error code of the proxy's RST_STREAM
    bool closed = false;                 ///< both sides are done, or one has reset it
};

struct Http2EndpointOptions {
    std::vector<nghttp2_settings_entry> settings = {};  ///< of our first SETTINGS frame
    bool open_windows = true;                           ///< take request bodies at once; else see take()
    SSL_CTX* tls = nullptr;                             ///< accept TLS first; must outlive the endpoint
};

/// Whether what is sent ends our side of the stream.
enum class End : std::uint8_t { no, yes };

class Http2Endpoint {
public:
    /// Speaks on `socket`, whose peer must be the proxy: `Http2Endpoint h2(endpoint.accept());`
    explicit Http2Endpoint(Socket socket, const Http2EndpointOptions& options = {});
    Http2Endpoint(Http2Endpoint&&) = delete;
    ~Http2Endpoint();

    // What the proxy sent.

    /// The stream of the next request whose head is complete and that was not given yet; fails the test, and gives 0,
    /// when none comes.
    std::int32_t next_request();
    /// True when a request waits to be taken with next_request(), without waiting for one.
    bool has_request();
    const Http2Request& request(std::int32_t stream) { return requests_[stream]; }
    /// The whole of the next request: its stream once END_STREAM arrived.
    std::int32_t next_whole_request();
    /// Reads until so many bytes of the body have arrived.
    bool wait_for_body(std::int32_t stream, std::size_t bytes);
    bool wait_for_end(std::int32_t stream);
    /// The error code of the proxy's RST_STREAM; fails the test when none comes.
    std::uint32_t wait_for_reset(std::int32_t stream);
    bool wait_for_ping();
    /// True once the proxy has said GOAWAY or closed the connection.
    bool wait_for_goodbye();
    /// True once the proxy has acknowledged our SETTINGS.
    bool wait_for_settings_ack();
    bool closed() const noexcept { return closed_; }
    std::uint32_t goaway_error() const noexcept { return goaway_error_; }
    std::size_t pings() const noexcept { return pings_; }
    /// A setting of the proxy's, for instance NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.
    std::uint32_t proxy_setting(nghttp2_settings_id id);
    /// Requests whose heads have arrived, ever.
    std::size_t requests_seen() const noexcept { return heads_seen_; }

    // Answers. Each is sent as far as windows and socket allow; the rest follows while something is waited for.

    /// Status, fields, body, and END_STREAM.
    void answer(std::int32_t stream, int status = 200, std::string_view body = "ok", const Http2Fields& fields = {});
    void send_head(std::int32_t stream, int status, const Http2Fields& fields, End end = End::no);
    /// 1xx
    void send_interim(std::int32_t stream, int status, const Http2Fields& fields = {});
    void send_data(std::int32_t stream, std::string_view bytes, End end = End::no);
    /// Trailers, behind the data that was given before; they end the stream.
    void send_trailers(std::int32_t stream, const Http2Fields& trailers);
    void reset(std::int32_t stream, std::uint32_t error_code);
    /// @param last_stream  the last one that is served.
    void goaway(std::int32_t last_stream, std::uint32_t error_code = NGHTTP2_NO_ERROR);
    void send_settings(const std::vector<nghttp2_settings_entry>& entries);
    void ping();
    /// Opens the windows of stream and connection by so many bytes of body; with `open_windows` false only.
    void take(std::int32_t stream, std::size_t bytes);
    /// Bytes that send_data() was given and that are still here: no window for them.
    std::size_t unsent(std::int32_t stream) const;
    /// A frame as it stands, behind nghttp2's back.
    void send_frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream, std::string_view payload);
    /// A HEADERS frame with these fields, spelt as given and not judged: for what nghttp2 would not send.
    void send_raw_head(std::int32_t stream, const Http2Fields& fields, End end = End::no);
    void send_bytes(std::string_view bytes);
    /// Ends the connection without a word.
    void close();
    /// Ends the connection with a TCP reset.
    void break_off();

    /// Reads and writes until `fact` holds; false when the test's patience ends first, or the connection.
    bool wait(const std::function<bool()>& fact);
    /// Reads and writes until nothing has come for that long.
    void wait_until_quiet(std::chrono::milliseconds span);
    /// Handles what has arrived, without waiting.
    void poll();

private:
    friend struct Http2EndpointCallbacks;
    struct Answer {
        std::string data;
        std::size_t sent = 0;
        bool end = false;
        std::optional<Http2Fields> trailers;
    };
    void accept_tls(SSL_CTX* context);
    bool wait_for_socket(short events, std::chrono::milliseconds limit);
    std::ptrdiff_t read(std::span<char> into);
    std::ptrdiff_t write(std::string_view bytes);
    /// @return whether anything came, or could be sent.
    bool receive(std::chrono::milliseconds limit);
    void gather();
    void flush();
    void submit_head(std::int32_t stream, std::string_view status, const Http2Fields& fields, bool data_follows);

    Socket socket_;
    std::unique_ptr<SSL, FreeTls> ssl_;
    nghttp2_session* session_ = nullptr;
    bool open_windows_;
    std::string outgoing_;  // what the socket has not taken
    std::map<std::int32_t, Http2Request> requests_;
    std::map<std::int32_t, Answer> answers_;
    std::vector<std::int32_t> waiting_;  // requests with a complete head that nobody took
    std::size_t heads_seen_ = 0;
    std::size_t pings_ = 0;
    bool settings_acknowledged_ = false;
    bool goaway_ = false;
    std::uint32_t goaway_error_ = 0;
    bool closed_ = false;
};

}  // namespace fairway::wire
