// Runs of allowed bytes, sixteen at a time where the processor can.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>

#include <bit>
#endif

#include "proxy/http/byte_class.hpp"

namespace fairway::proxy::http1 {

/// First byte in [at, end) that may not stand in a field value (a control byte other than HTAB, or DEL), else `end`.
inline const char* skip_value_bytes(const char* at, const char* end) noexcept {
#ifdef __SSE2__
    const __m128i last_control = _mm_set1_epi8(0x1f);
    const __m128i tab = _mm_set1_epi8('\t');
    const __m128i del = _mm_set1_epi8(0x7f);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
        const __m128i refused =
            _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, tab), control), _mm_cmpeq_epi8(bytes, del));
        if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(refused)); mask != 0)
            return at + std::countr_zero(mask);
    }
#endif
    while (at < end && is_value_byte(*at)) ++at;
    return at;
}

/// First byte in [at, end) that may not stand in a request target, else `end`.
inline const char* skip_target_bytes(const char* at, const char* end) noexcept {
    while (at < end && is_target_byte(*at)) ++at;
    return at;
}

}  // namespace fairway::proxy::http1
