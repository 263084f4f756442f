// Any bytes as a trailer section. The first byte is the size of the pieces in which they arrive.
#include <cstdint>

#include "proxy/http1/head_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    fairway::proxy::http1::check_trailers({reinterpret_cast<const char*>(data) + 1, size - 1}, 1U + data[0]);
    return 0;
}
