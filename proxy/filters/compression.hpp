// Compression of responses: whether one is compressed, and its body then. docs/compression.md.
#pragma once

#include <memory>
#include <string_view>

#include "proxy/body_filter.hpp"
#include "proxy/exchange.hpp"
#include "proxy/filters/encoder.hpp"

namespace fairway::proxy {

/// How Accept-Encoding (RFC 9110 section 12.5.3) takes a coding that it names; as in nginx "*" stands for none.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding) noexcept;

/// Decides about the response in `exchange`, as nginx's gzip and brotli modules do. When it is to be compressed: changes
/// `start` and the response's edits (Content-Encoding, ETag, Accept-Ranges). Adds Vary also when only this client does not
/// take it. Null: not compressed.
std::unique_ptr<Encoder> begin_compression(Exchange& exchange, ResponseStart& start);

/// @param output  where what leaves is gathered; a full one is passed on.
std::unique_ptr<BodyFilter> make_compression_filter(std::unique_ptr<Encoder> encoder, io::Buffer output,
                                                    BodyFilter& next);

}  // namespace fairway::proxy
