// Looking at the first bytes of a connection without taking them, for whoever decides who will read them.
#pragma once

#include <span>

#include "proxy/io/connection.hpp"

namespace fairway::proxy::io {

/// Waits until more than `seen` bytes have arrived, and copies them from the first on. What is there stays there.
/// @return `bytes`: how many there are, at most the size of `into`. `end`: no more will come.
Task<IoResult> peek_more(Source& source, std::span<char> into, std::size_t seen, TimePoint deadline);

/// Takes bytes that a peek has shown. False: the connection is broken.
bool take_peeked(Source& source, std::size_t bytes) noexcept;

}  // namespace fairway::proxy::io
