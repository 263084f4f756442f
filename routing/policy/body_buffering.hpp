// Which bodies are taken in whole, or ahead, before they are passed on: docs/buffering.md.
#pragma once

#include <cstdint>

namespace fairway::routing {

/// Annotations and ConfigMap keys proxy-request-buffering, client-body-buffer-size, proxy-buffering, proxy-buffer-size,
/// proxy-buffers-number, proxy-max-temp-file-size. A route without it buffers nothing; the translator gives every route one.
struct BodyBuffering {
    bool request = true;                           ///< proxy-request-buffering
    bool response = false;                         ///< proxy-buffering
    std::uint64_t request_memory = 8 * 1024;       ///< client-body-buffer-size: what may stay out of a file
    std::uint64_t response_memory = 4 * 4 * 1024;  ///< proxy-buffers-number times proxy-buffer-size
    std::uint64_t response_file = 1024ULL << 20;   ///< proxy-max-temp-file-size

    bool operator==(const BodyBuffering&) const = default;
};

}  // namespace fairway::routing
