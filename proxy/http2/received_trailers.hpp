// Trailers of a stream that arrive, judged as HTTP/1 trailers are.
#pragma once

#include <string_view>

#include "proxy/http/field.hpp"
#include "proxy/http/out_buffer.hpp"

namespace fairway::proxy::http2 {

class ReceivedTrailers {
public:
    void begin() noexcept {
        text_.clear();
        too_large_ = false;
    }
    /// @param max_bytes  of all of them; what is beyond it is left out.
    void add(std::string_view name, std::string_view value, std::size_t max_bytes);
    /// Fields that must not be trailers are left out (RFC 9110 section 6.5.1).
    void complete(std::size_t max_bytes);

    const FieldList& fields() const noexcept { return fields_; }
    /// Some were left out for their size.
    bool too_large() const noexcept { return too_large_; }

private:
    OutBuffer text_;
    FieldList fields_;
    bool too_large_ = false;
};

}  // namespace fairway::proxy::http2
