#include <algorithm>

#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::uint64_t kMaxMemory = 64ULL << 20;  // of one body; more belongs into a file

}  // namespace

void read_body_buffering(SettingReader& settings, ResponseBuffers& buffers,
                         routing::Part<routing::BodyBuffering>& policy) {
    routing::BodyBuffering buffering = policy ? *policy : routing::BodyBuffering{};
    settings.read("proxy-request-buffering", buffering.request, parse_on_off);
    settings.read("client-body-buffer-size", buffering.request_memory, parse_size);
    settings.read("proxy-buffering", buffering.response, parse_on_off);
    settings.read("proxy-buffers-number", buffers.number,
                  [](std::string_view text) { return parse_integer(text, 1, 65536); });
    if (const auto size = settings.find("proxy-buffer-size"))
        if (const auto bytes = parse_size(*size); bytes && *bytes > 0) buffers.size = *bytes;  // refused elsewhere
    settings.read("proxy-max-temp-file-size", buffering.response_file, parse_size);
    buffering.request_memory = std::min(buffering.request_memory, kMaxMemory);
    buffering.response_memory = std::min(std::min(buffers.size, kMaxMemory) * buffers.number, kMaxMemory);
    if (!policy || !(*policy == buffering)) policy = std::move(buffering);
}

}  // namespace fairway::ingress
