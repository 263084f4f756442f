// Any bytes as a manifest: the decoder ends, stays within its limits, and says so when it refuses something.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "k8s-client/objects/decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway::k8s;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto decoded = decode(text, "f");
    FAIRWAY_ASSERT(!decoded.truncated || !decoded.complaints.empty(),
                   "a file that was not read to its end has a complaint");
    FAIRWAY_ASSERT(decoded.refused.empty() || !decoded.complaints.empty(), "a refused object has a complaint");
    for (const auto& object : decoded.objects)
        FAIRWAY_ASSERT(!meta_of(object).name.name.empty(), "an object that was accepted has a name");
    for (const auto& complaint : decoded.complaints) {
        FAIRWAY_ASSERT(!complaint.message.empty(), "a complaint says something");
        FAIRWAY_ASSERT(complaint.to_string().find('\n') == std::string::npos, "a complaint is one line");
    }
    return 0;
}
