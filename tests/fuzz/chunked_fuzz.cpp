// Any bytes as a chunked body, against a plain decoder. The first byte is the size of the pieces.
#include <cstdint>

#include "proxy/http1/head_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    fairway::proxy::http1::check_chunked({reinterpret_cast<const char*>(data) + 1, size - 1}, 1U + data[0]);
    return 0;
}
