// The fields of a message as HTTP/2 carries them.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <string_view>
#include <vector>

#include "proxy/downstream_stream.hpp"
#include "proxy/filters/response_fields.hpp"

namespace fairway::proxy::http2 {

/// Field list of one message, made anew for each; nghttp2 copies it, and makes names lower-case as it does.
class FieldBlock {
public:
    /// The final response that `start` describes. A 101 is told as RFC 8441 section 5 has it: 200, without the HTTP/1
    /// side of the handshake.
    void set_response(const ResponseStart& start, const ResponseFieldRules& rules);
    /// An interim response (1xx): nothing of ours is added.
    void set_interim(std::uint16_t status, const FieldList& fields, const ResponseFieldRules& rules);
    void set_trailers(const FieldList& fields);
    /// A list that its caller fills, pseudo-headers first. What is added must stay where it is until nghttp2 has it.
    void clear() noexcept { fields_.clear(); }
    void add(std::string_view name, std::string_view value, std::uint8_t flags = NGHTTP2_NV_FLAG_NONE);
    void add_content_length(std::uint64_t length);

    /// Gives memory back; the block is empty then.
    void release() noexcept { fields_ = {}; }

    const nghttp2_nv* data() const noexcept { return fields_.data(); }
    std::size_t size() const noexcept { return fields_.size(); }

private:
    void begin(std::uint16_t status);
    void add_grpc_status(const ResponseStart& start);

    std::vector<nghttp2_nv> fields_;
    std::array<char, 3> status_digits_;
    std::array<char, 20> length_digits_;
};

}  // namespace fairway::proxy::http2
