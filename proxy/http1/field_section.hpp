// The lines of a field section (RFC 9112 section 5), shared by requests, responses and trailers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {

/// Which known fields a section holds, so that absent ones cost nothing to look for.
class SeenFields {
public:
    void add(FieldId id) noexcept { bits_ |= bit(id); }
    bool has(FieldId id) const noexcept { return (bits_ & bit(id)) != 0; }

private:
    static constexpr std::uint64_t bit(FieldId id) noexcept { return std::uint64_t{1} << static_cast<unsigned>(id); }
    std::uint64_t bits_ = 0;
};

/// Which field names are left out: nginx's rules for requests, none for responses.
enum class NameFilter : std::uint8_t { keep_all, drop_unusual, drop_unusual_and_underscores };

struct FieldSection {
    HeadError error = HeadError::none;  ///< `incomplete` when `end` came before the empty line
    const char* end = nullptr;          ///< after the empty line, when there is no error
    SeenFields seen;
};

/// Reads field lines up to and including the empty line and appends them to `fields`, hop-by-hop ones of fixed names
/// marked. Values are trimmed; names and values are checked byte for byte.
FieldSection parse_field_section(const char* at, const char* end, const HeadLimits& limits, NameFilter filter,
                                 FieldList& fields);

/// Consumes CRLF at `at`. `incomplete` when the bytes end too early, `bad_line_end` for anything else.
HeadError take_line_end(const char*& at, const char* end) noexcept;

/// True when it is worth parsing `buffer`: no byte of it was seen before, the end of a head or a bad line end is among
/// the bytes after `scanned`, or the head has reached its limit. Otherwise moves `scanned` to the end of the buffer.
bool may_be_complete(std::string_view buffer, std::size_t& scanned, std::size_t max_bytes) noexcept;

/// Where the parse of a head in `buffer` ends at the latest. What lies beyond its limit is not judged: it may be anything.
inline const char* limit_of(std::string_view buffer, std::size_t max_bytes) noexcept {
    return buffer.data() + std::min(buffer.size(), max_bytes);
}

/// The result of a parse of `buffer` that ended with `error`; `end` is the first byte after the head.
HeadResult finish(std::string_view buffer, std::size_t& scanned, std::size_t max_bytes, HeadError error,
                  const char* end) noexcept;

}  // namespace fairway::proxy::http1
