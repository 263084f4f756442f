// Records of FastCGI 1.0 (https://fastcgi-archives.github.io/FastCGI_Specification.html, section 3.3): headers of those
// that are sent, and those that come taken apart. No sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway::proxy::fastcgi {

enum class RecordType : std::uint8_t {
    begin_request = 1,
    end_request = 3,
    params = 4,
    input = 5,   ///< FCGI_STDIN
    output = 6,  ///< FCGI_STDOUT
    errors = 7,  ///< FCGI_STDERR
};

/// FCGI_EndRequestBody.protocolStatus.
enum class ProtocolStatus : std::uint8_t {
    complete = 0,
    one_request_only = 1,
    overloaded = 2,  ///< the application did nothing for the request
    unknown_role = 3,
};

inline constexpr std::size_t kHeaderBytes = 8;
/// The most that we put into one record. The format has room for 7 bytes more, which PHP refuses in PARAMS.
inline constexpr std::size_t kMaxContent = 65528;

using RecordHeader = std::array<char, kHeaderBytes>;

/// For the only request of a connection, without padding. @param content_bytes  0 to kMaxContent; 0 ends a stream.
RecordHeader record_header(RecordType type, std::size_t content_bytes) noexcept;

/// The record that begins a request: we want a responder, which closes the connection behind its response.
std::array<char, 2 * kHeaderBytes> begin_request_record() noexcept;

/// What an application sends for the one request of its connection.
class RecordReader {
public:
    enum class Found : std::uint8_t {
        nothing,    ///< all bytes are used up: more are needed
        output,     ///< `data`, some of it
        errors,     ///< likewise
        end,        ///< the request is over, with `status`
        malformed,  ///< another version, another request, or a record that an application has no reason to send
    };
    struct Step {
        Found found = Found::nothing;
        std::size_t consumed = 0;  ///< bytes that are not to be given again
        std::string_view data{};   ///< within the bytes given; never empty for output and errors
        ProtocolStatus status = ProtocolStatus::complete;
    };

    /// The next thing in `bytes`, which follow those consumed before. Not to be called after `end` and `malformed`.
    Step next(std::string_view bytes) noexcept;

private:
    bool take_header() noexcept;

    std::array<unsigned char, kHeaderBytes> fixed_{};  ///< a header, or the content of END_REQUEST
    std::size_t fixed_size_ = 0;
    RecordType type_ = RecordType::output;
    std::size_t content_left_ = 0;
    std::size_t padding_left_ = 0;
};

}  // namespace fairway::proxy::fastcgi
