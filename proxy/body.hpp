// Message bodies as runs of bytes, whatever protocol carries them.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>

#include "proxy/http/field.hpp"

namespace fairway::proxy {

enum class BodyStatus : std::uint8_t {
    data,        ///< `pieces` hold at least one byte
    end,         ///< complete; no bytes with it
    need_input,  ///< nothing there now: wait for the connection
    too_large,   ///< over proxy-body-size
    malformed,   ///< framing that RFC 9112 section 7 does not allow
    truncated,   ///< the peer ended before the body did, or broke off
    timeout,
};

/// What a body gives at a time. The bytes stay valid until the next call on their body.
struct BodyPieces {
    BodyStatus status = BodyStatus::need_input;
    std::span<iovec> pieces;
    std::size_t bytes = 0;
    bool last = false;  ///< the body ends with these bytes
};

}  // namespace fairway::proxy
