// URIs that were filled in with what clients sent.
#pragma once

#include <string_view>

#include "proxy/http/out_buffer.hpp"

namespace fairway::proxy {

/// Appends `uri` as a request line and a field Location may hold it: what is no visible ASCII is percent-encoded.
inline void append_uri(OutBuffer& out, std::string_view uri) {
    out.append_percent_encoded(uri, [](char c) { return c <= ' ' || c > '~'; });
}

}  // namespace fairway::proxy
