// An HTTP/2 client that says what a test tells it to, also what no client should: nghttp2 without its checks.
#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wire/wire_fixture.hpp"

namespace fairway::wire {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Everything that waits does so with the patience of a test, and adds a failure when that is over.
class Http2Client {
public:
    enum class End : std::uint8_t { no, yes };

    struct Answer {
        Fields fields;  ///< of the final head
        Fields trailers;
        std::string body;
        bool ended = false;                  ///< END_STREAM
        std::optional<std::uint32_t> reset;  ///< error code of RST_STREAM

        std::string field(std::string_view name) const;  ///< empty: not there
        std::string status() const { return field(":status"); }
    };

    /// @param window  SETTINGS_INITIAL_WINDOW_SIZE; windows open again as far as `consume` says.
    explicit Http2Client(std::uint16_t port, std::uint32_t window = 65535);
    ~Http2Client();
    Http2Client(const Http2Client&) = delete;

    std::int32_t request(const Fields& head, End end = End::yes);
    /// Waits until the server's windows have taken all of it.
    void send(std::int32_t stream, std::string_view bytes, End end = End::no);
    /// Behind what was sent before; they end the request.
    void send_trailers(std::int32_t stream, const Fields& trailers);
    /// Sends as much as the windows take, and returns how much is left of what was given to send_at_most().
    std::size_t send_at_most(std::int32_t stream, std::string_view bytes);
    void reset(std::int32_t stream, std::uint32_t error_code = NGHTTP2_CANCEL);

    Answer& head_of(std::int32_t stream);                      ///< waits for the final head, or the end of the stream
    Answer& whole(std::int32_t stream);                        ///< waits for the end of the stream
    std::string body(std::int32_t stream, std::size_t bytes);  ///< waits for that many, and takes them away
    /// Opens the windows by what has arrived, when it does not do so by itself.
    void consume(std::int32_t stream, std::size_t bytes);

    bool until(const std::function<bool()>& fact);
    /// Takes what comes within `limit`. False at the end of the connection.
    bool receive(std::chrono::milliseconds limit);
    std::uint32_t setting_of_server(nghttp2_settings_id id);
    std::optional<std::uint32_t> goaway;  ///< error code
    bool closed = false;                  ///< the server ended the connection
    bool consumes = true;                 ///< windows open again for what arrives

private:
    struct Outgoing {
        std::string bytes;
        bool last = false;
        std::optional<Fields> trailers;
        bool deferred = false;
        bool closed = false;
    };
    static nghttp2_session_callbacks* callbacks();
    static ssize_t read(nghttp2_session*, std::int32_t stream, std::uint8_t* into, std::size_t room,
                        std::uint32_t* flags, nghttp2_data_source*, void* self);
    void flush();
    bool drained(std::int32_t stream);

    Socket socket_;
    nghttp2_session* h2_ = nullptr;
    std::map<std::int32_t, Answer> answers_;
    std::map<std::int32_t, Outgoing> outgoing_;
};

}  // namespace fairway::wire
