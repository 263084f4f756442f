// The Connection field (RFC 9110 section 7.6.1): what it says about this connection and which fields it takes along.
#pragma once

#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {

struct ConnectionOptions {
    bool close = false;
    bool keep_alive = false;
    bool upgrade = false;
    bool te = false;
    bool too_many = false;  ///< more than kMaxNamedFields other options: the message is refused
};

/// Each named field costs a walk over all fields, so a hostile list is bounded. No honest client names three.
inline constexpr unsigned kMaxNamedFields = 32;

/// Reads every Connection field of the list and marks the fields that they name as hop_by_hop. Names of fields that
/// say who is asking and what for (Host, Authorization, Cookie, X-Forwarded-*, ...) are passed over: a client that
/// could have them removed behind a proxy that set them would speak with another's voice.
ConnectionOptions apply_connection_options(FieldList& fields) noexcept;

}  // namespace fairway::proxy::http1
