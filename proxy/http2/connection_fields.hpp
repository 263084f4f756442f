// RFC 9113 section 8.2.2: fields that belong to a connection have no place in HTTP/2.
#pragma once

#include "proxy/http/field.hpp"

namespace fairway::proxy::http2 {

constexpr bool is_connection_specific(FieldId id) noexcept {
    switch (id) {
        case FieldId::connection:
        case FieldId::keep_alive:
        case FieldId::proxy_connection:
        case FieldId::transfer_encoding:
        case FieldId::upgrade: return true;
        default: return false;
    }
}

}  // namespace fairway::proxy::http2
