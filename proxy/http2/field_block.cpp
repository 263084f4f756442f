#include "proxy/http2/field_block.hpp"

#include <charconv>

#include "base/ascii.hpp"

namespace fairway::proxy::http2 {

namespace {

std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // nghttp2 reads only
}

}  // namespace

void FieldBlock::add(std::string_view name, std::string_view value, std::uint8_t flags) {
    fields_.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), flags});
}

void FieldBlock::begin(std::uint16_t status) {
    fields_.clear();
    std::to_chars(status_digits_.data(), status_digits_.data() + status_digits_.size(), status);
    add(":status", {status_digits_.data(), status_digits_.size()});
}

void FieldBlock::add_content_length(std::uint64_t length) {
    const auto end = std::to_chars(length_digits_.data(), length_digits_.data() + length_digits_.size(), length).ptr;
    add("content-length", {length_digits_.data(), static_cast<std::size_t>(end - length_digits_.data())});
}

void FieldBlock::add_grpc_status(const ResponseStart& start) {
    const auto status = static_cast<unsigned>(*start.grpc_status);
    const auto end = std::to_chars(length_digits_.data(), length_digits_.data() + length_digits_.size(), status).ptr;
    add("grpc-status", {length_digits_.data(), static_cast<std::size_t>(end - length_digits_.data())});
    add("grpc-message", start.grpc_message);
}

void FieldBlock::set_response(const ResponseStart& start, const ResponseFieldRules& rules) {
    const bool tunnel = start.status == 101;
    begin(tunnel || start.grpc_status ? 200 : start.status);
    for_each_own_response_field(rules, [this](std::string_view name, std::string_view value) { add(name, value); });
    if (start.upstream != nullptr) {
        for (const Field& field : start.upstream->fields)
            if (passes_to_client(field, rules) && !(tunnel && ascii::iequals(field.name, "sec-websocket-accept")))
                add(field.name, field.value);
        // RFC 9110 section 8.6: what describes a body that is not there (HEAD, 304) is passed on.
        if (start.framing == Framing::none && start.upstream->has_content_length && start.status != 204)
            add_content_length(start.upstream->content_length);
    }
    if (start.grpc_status) add_grpc_status(start);
    if (!start.content_type.empty() && !is_edited(rules, "Content-Type")) add("content-type", start.content_type);
    if (!start.location.empty() && !is_edited(rules, "Location")) add("location", start.location);
    if (start.framing == Framing::content_length) add_content_length(start.content_length);
}

void FieldBlock::set_interim(std::uint16_t status, const FieldList& fields, const ResponseFieldRules& rules) {
    begin(status);
    for (const Field& field : fields)
        if (passes_to_client(field, rules)) add(field.name, field.value);
}

void FieldBlock::set_trailers(const FieldList& fields) {
    fields_.clear();
    for (const Field& field : fields) add(field.name, field.value);
}

}  // namespace fairway::proxy::http2
