// Trailer sections (RFC 9112 section 7.1.2).
#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/http1/field_section.hpp"
#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {

namespace {

/// Names beyond FieldId that RFC 9110 section 6.5.1 keeps out of trailers: how to process the message is decided
/// before its body.
constexpr std::string_view kForbiddenNames[] = {
    "age",
    "cache-control",
    "content-encoding",
    "content-range",
    "expires",
    "forwarded",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-range",
    "max-forwards",
    "pragma",
    "range",
    "vary",
    "warning",
    "www-authenticate",
    "if-unmodified-since",
};

/// Every field that the proxy acts on is refused: a trailer comes too late to be looked at.
bool is_forbidden(const Field& field) noexcept {
    if (field.id != FieldId::other) return true;
    return std::any_of(std::begin(kForbiddenNames), std::end(kForbiddenNames),
                       [&](std::string_view name) { return ascii::iequals(field.name, name); });
}

}  // namespace

HeadResult parse_trailers(std::string_view buffer, std::size_t& scanned, const HeadLimits& limits, FieldList& fields) {
    fields.clear();
    if (!may_be_complete(buffer, scanned, limits.max_head_bytes)) return {HeadError::incomplete, 0};
    const auto section = parse_field_section(buffer.data(), limit_of(buffer, limits.max_head_bytes), limits,
                                             NameFilter::keep_all, fields);
    if (section.error == HeadError::none)
        std::erase_if(fields, is_forbidden);
    else
        fields.clear();
    return finish(buffer, scanned, limits.max_head_bytes, section.error, section.end);
}

}  // namespace fairway::proxy::http1
