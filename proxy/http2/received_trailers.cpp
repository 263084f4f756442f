#include "proxy/http2/received_trailers.hpp"

#include <algorithm>

#include "proxy/http/byte_class.hpp"
#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http2 {

void ReceivedTrailers::add(std::string_view name, std::string_view value, std::size_t max_bytes) {
    if (name.starts_with(':') || !std::ranges::all_of(value, is_value_byte)) return;
    if (text_.size() + name.size() + value.size() > max_bytes)
        too_large_ = true;
    else
        text_.append_field(name, value);
}

void ReceivedTrailers::complete(std::size_t max_bytes) {
    text_.append("\r\n");
    http1::HeadLimits limits;
    limits.max_line_bytes = std::max(limits.max_line_bytes, max_bytes);
    limits.max_head_bytes = std::max(limits.max_head_bytes, text_.size());
    std::size_t scanned = 0;
    http1::parse_trailers(text_.view(), scanned, limits, fields_);
}

}  // namespace fairway::proxy::http2
