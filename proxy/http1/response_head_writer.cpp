#include "proxy/http1/response_head_writer.hpp"

#include "base/assert.hpp"
#include "proxy/http/status_reason.hpp"

namespace fairway::proxy::http1 {

namespace {

/// RFC 9110 section 2.5: the version is the server's own, also towards an HTTP/1.0 client.
void write_status_line(OutBuffer& out, std::uint16_t status, std::string_view reason) {
    out.append("HTTP/1.1 ");
    out.append_decimal(status);
    out.append(' ');
    out.append(reason.empty() ? status_reason(status) : reason);
    out.append("\r\n");
}

void write_content_length(OutBuffer& out, std::uint64_t length) {
    out.append("Content-Length: ");
    out.append_decimal(length);
    out.append("\r\n");
}

void write_framing(OutBuffer& out, const ResponseFraming& framing) {
    if (framing.framing == Framing::content_length) {
        write_content_length(out, framing.content_length);
    } else if (framing.framing == Framing::chunked) {
        FAIRWAY_ASSERT(framing.client != Version::http_1_0, "HTTP/1.0 clients cannot read chunks");
        out.append("Transfer-Encoding: chunked\r\n");
    }
}

/// RFC 9112 section 9.3: silence means keep-alive in HTTP/1.1 and close in HTTP/1.0.
void write_persistence(OutBuffer& out, const ResponseFraming& framing) {
    if (framing.persistence == DownstreamPersistence::close)
        out.append("Connection: close\r\n");
    else if (framing.client == Version::http_1_0)
        out.append("Connection: keep-alive\r\n");
}

void write_own_fields(OutBuffer& out, const ResponseFieldRules& rules) {
    for_each_own_response_field(
        rules, [&out](std::string_view name, std::string_view value) { out.append_field(name, value); });
}

void write_passed_fields(OutBuffer& out, const FieldList& fields, const ResponseFieldRules& rules) {
    for (const auto& field : fields)
        if (passes_to_client(field, rules)) out.append_field(field.name, field.value);
}

}  // namespace

void write_response_head(OutBuffer& out, const ResponseHead& head, const ResponseFieldRules& rules,
                         const ResponseFraming& framing) {
    write_status_line(out, head.status, head.reason);
    write_own_fields(out, rules);
    write_passed_fields(out, head.fields, rules);
    const bool is_bodyless_status = head.status < 200 || head.status == 204;
    if (framing.framing == Framing::none && head.has_content_length && !is_bodyless_status)
        write_content_length(out, head.content_length);
    write_framing(out, framing);
    if (head.status == 101) {
        out.append_field("Upgrade", head.upgrade);
        out.append("Connection: upgrade\r\n");
    } else {
        write_persistence(out, framing);
    }
    out.append("\r\n");
}

void write_response_head(OutBuffer& out, const OwnResponse& own, const ResponseFieldRules& rules,
                         const ResponseFraming& framing) {
    write_status_line(out, own.status, {});
    write_own_fields(out, rules);
    if (!own.content_type.empty() && !is_edited(rules, "Content-Type"))
        out.append_field("Content-Type", own.content_type);
    if (!own.location.empty() && !is_edited(rules, "Location")) out.append_field("Location", own.location);
    write_framing(out, framing);
    write_persistence(out, framing);
    out.append("\r\n");
}

void write_interim_head(OutBuffer& out, const ResponseHead& head, const ResponseFieldRules& rules) {
    write_status_line(out, head.status, head.reason);
    write_passed_fields(out, head.fields, rules);
    out.append("\r\n");
}

void write_trailers(OutBuffer& out, const FieldList& trailers) {
    for (const auto& field : trailers) out.append_field(field.name, field.value);
    out.append("\r\n");
}

}  // namespace fairway::proxy::http1
