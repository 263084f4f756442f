#include "proxy/http2/request_fields.hpp"

#include "base/ascii.hpp"

namespace fairway::proxy::http2 {

namespace {

/// One line of what write_forwarded_fields() writes: no value holds a line end, no name a colon.
void add_line(FieldBlock& block, std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    // Different in every request: it would only push others out of the peer's table (RFC 7541 section 6.2.2).
    const bool unique = field_id(name) == FieldId::x_request_id;
    block.add(name, line.substr(colon + 2), unique ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
}

void add_forwarded_fields(FieldBlock& block, OutBuffer& scratch, const UpstreamRequest& request) {
    scratch.clear();
    request.write_forwarded(scratch);
    std::string_view lines = scratch.view();
    while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n");
        add_line(block, lines.substr(0, end));
        lines.remove_prefix(end + 2);
    }
}

/// gRPC servers may refuse requests without TE (gRPC over HTTP/2, section "Requests").
bool wants_trailers(const RequestHead& head) {
    constexpr std::string_view kGrpc = "application/grpc";
    if (head.accepts_trailers) return true;
    const auto type = find_field(head.fields, FieldId::content_type);
    return type.size() >= kGrpc.size() && ascii::iequals(type.substr(0, kGrpc.size()), kGrpc);
}

}  // namespace

void set_request_fields(FieldBlock& block, OutBuffer& scratch, const UpstreamRequest& request,
                        std::string_view scheme) {
    const RequestHead& head = request.head;
    block.clear();
    block.add(":method", head.method_text);
    block.add(":scheme", scheme);
    if (!request.host().empty()) block.add(":authority", request.host());
    block.add(":path", request.target());
    add_forwarded_fields(block, scratch, request);
    request.for_each_passed_field([&](std::string_view name, std::string_view value) {
        if (!ascii::iequals(name, "te")) block.add(name, value);
    });
    if (wants_trailers(head)) block.add("te", "trailers");
    // The length is written from the number that was understood, never as it was spelt.
    if (request.framing() == Framing::content_length) block.add_content_length(request.content_length());
}

}  // namespace fairway::proxy::http2
