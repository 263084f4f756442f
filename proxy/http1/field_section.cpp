#include "proxy/http1/field_section.hpp"

#include <cstring>

#include "proxy/http1/byte_scan.hpp"

namespace fairway::proxy::http1 {

namespace {

/// RFC 9110 section 7.6.1: the fields that are for this hop only, whether or not Connection names them. Trailer is not
/// among them, and Proxy-Authenticate and Proxy-Authorization pass as they do through nginx.
constexpr bool is_always_hop_by_hop(FieldId id) noexcept {
    switch (id) {
        case FieldId::connection:
        case FieldId::keep_alive:
        case FieldId::proxy_connection:
        case FieldId::te:
        case FieldId::transfer_encoding:
        case FieldId::upgrade: return true;
        default: return false;
    }
}

constexpr bool is_white_space(char c) noexcept { return c == ' ' || c == '\t'; }

bool is_dropped(std::uint8_t name_bytes, NameFilter filter) noexcept {
    switch (filter) {
        case NameFilter::keep_all: return false;
        case NameFilter::drop_unusual: return (name_bytes & name_unusual) != 0;
        case NameFilter::drop_unusual_and_underscores: return name_bytes != name_plain;
    }
    return false;
}

struct NameEnd {
    const char* at;
    std::uint8_t bytes;  ///< NameByte classes found
};

NameEnd skip_name(const char* at, const char* end) noexcept {
    std::uint8_t bytes = 0;
    while (at < end) {
        const auto byte = name_byte(*at);
        if (byte == name_none) break;
        bytes |= byte;
        ++at;
    }
    return {at, bytes};
}

/// What the byte that ends a value means, when it is not the CR of a line end.
HeadError refusal_of(char c) noexcept { return c == '\n' ? HeadError::bad_line_end : HeadError::bad_field_value; }

}  // namespace

HeadError take_line_end(const char*& at, const char* end) noexcept {
    if (at == end) return HeadError::incomplete;
    if (*at != '\r') return HeadError::bad_line_end;
    if (at + 1 == end) return HeadError::incomplete;
    if (at[1] != '\n') return HeadError::bad_line_end;
    at += 2;
    return HeadError::none;
}

FieldSection parse_field_section(const char* at, const char* end, const HeadLimits& limits, NameFilter filter,
                                 FieldList& fields) {
    FieldSection section;
    const auto stop = [&](HeadError error) {
        section.error = error;
        return section;
    };
    std::size_t lines = 0;
    while (at < end) {
        if (*at == '\r' || *at == '\n') {
            section.error = take_line_end(at, end);
            section.end = at;
            return section;
        }
        if (is_white_space(*at)) return stop(HeadError::obsolete_fold);
        if (++lines > limits.max_fields) return stop(HeadError::too_many_fields);

        const char* const line = at;
        // A line that goes on past its limit is refused before its end has arrived.
        const char* const line_limit =
            static_cast<std::size_t>(end - line) > limits.max_line_bytes ? line + limits.max_line_bytes : end;
        const auto out_of_bytes = line_limit < end ? HeadError::field_too_long : HeadError::incomplete;

        const auto [name_end, name_bytes] = skip_name(at, line_limit);
        if (name_end == line_limit) return stop(out_of_bytes);
        if (*name_end != ':' || name_end == line) return stop(HeadError::bad_field_name);

        const char* value = name_end + 1;
        while (value < line_limit && is_white_space(*value)) ++value;
        const char* value_end = skip_value_bytes(value, line_limit);
        if (value_end == line_limit) return stop(out_of_bytes);
        if (*value_end != '\r') return stop(refusal_of(*value_end));
        at = value_end;
        if (const auto error = take_line_end(at, end); error != HeadError::none) return stop(error);
        if (static_cast<std::size_t>(at - line) > limits.max_line_bytes) return stop(HeadError::field_too_long);

        if (is_dropped(name_bytes, filter)) continue;
        while (value_end > value && is_white_space(value_end[-1])) --value_end;
        const std::string_view name(line, static_cast<std::size_t>(name_end - line));
        const auto id = field_id(name);
        section.seen.add(id);
        fields.push_back({name, {value, static_cast<std::size_t>(value_end - value)}, id, is_always_hop_by_hop(id)});
    }
    return stop(HeadError::incomplete);
}

bool may_be_complete(std::string_view buffer, std::size_t& scanned, std::size_t max_bytes) noexcept {
    if (scanned == 0 || buffer.size() >= max_bytes) return true;
    for (std::size_t at = scanned; at < buffer.size(); ++at) {
        const void* const found = std::memchr(buffer.data() + at, '\n', buffer.size() - at);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer.data());
        // The end of a head, an empty line before anything else, or a line that does not end in CRLF.
        if (at < 3 || buffer[at - 1] != '\r' || (buffer[at - 2] == '\n' && buffer[at - 3] == '\r')) return true;
    }
    scanned = buffer.size();
    return false;
}

HeadResult finish(std::string_view buffer, std::size_t& scanned, std::size_t max_bytes, HeadError error,
                  const char* end) noexcept {
    if (error == HeadError::none) return {HeadError::none, static_cast<std::size_t>(end - buffer.data())};
    scanned = buffer.size();
    if (error == HeadError::incomplete && buffer.size() >= max_bytes) return {HeadError::head_too_long, 0};
    return {error, 0};
}

}  // namespace fairway::proxy::http1
