// FAIRWAY_ASSERT: a belief about our own code, in words. Never for input.
#pragma once

namespace fairway {

/// Writes the broken belief to stderr and aborts.
[[noreturn]] void assertion_failed(const char* belief, const char* file, int line) noexcept;

}  // namespace fairway

#define FAIRWAY_ASSERT(condition, belief)                            \
    do {                                                             \
        if (!(condition)) [[unlikely]]                               \
            ::fairway::assertion_failed(belief, __FILE__, __LINE__); \
    } while (false)
