#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace fairway {

void assertion_failed(const char* belief, const char* file, int line) noexcept {
    std::fprintf(stderr, "fairway: broken invariant at %s:%d: %s\n", file, line, belief);
    std::abort();
}

}  // namespace fairway
