// Any bytes as a response head. The first byte says in which pieces they arrive and whether the request was HEAD.
#include <cstdint>

#include "proxy/http1/head_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    fairway::proxy::http1::check_response_head({reinterpret_cast<const char*>(data) + 1, size - 1}, 1U + data[0] / 2,
                                               data[0] % 2 == 1);
    return 0;
}
