// The server name of a ClientHello: what a listener may decide by before anything is decrypted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::tls {

/// More than any client sends, key shares of post-quantum groups and padding included.
inline constexpr std::size_t kMaxClientHello = 16 * 1024;

enum class ClientHelloStatus : std::uint8_t {
    complete,
    incomplete,  ///< more bytes can make one of at most kMaxClientHello
    not_tls,     ///< no ClientHello begins so, or it is longer than that
};

struct ClientHelloResult {
    ClientHelloStatus status = ClientHelloStatus::incomplete;
    std::string server_name{};  ///< when complete: as the client wrote it; empty when it sent none or a malformed one
};

/// @param bytes  the start of a connection: TLS records, over which the message may be spread as the client likes
///               (RFC 8446 section 5.1).
ClientHelloResult read_client_hello(std::string_view bytes);

/// The host name in the body of a server_name extension (RFC 6066 section 3); empty when there is none.
std::string_view server_name_of(std::string_view extension) noexcept;

}  // namespace fairway::tls
