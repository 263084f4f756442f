// Connecting as probes do: by address, or by a name that the system's resolver knows.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "ingress/probes/coroutine_attempt.hpp"

namespace fairway::ingress {

/// A connection that is reset when it is closed (SO_LINGER with 0 seconds), so that probes leave no TIME_WAIT behind.
/// Throws boost::system::system_error. Names cost a thread of Asio's, which all of them share.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_to(std::shared_ptr<AttemptProgress> progress,
                                                                std::string host, std::uint16_t port);

}  // namespace fairway::ingress
