// Settings that mean something only together, of which the ConfigMap may give one and an Ingress another.
#pragma once

#include <cstdint>
#include <string>

namespace fairway::ingress {

/// proxy-redirect-from and -to as written: a pair of which the Ingress may change either.
struct ResponseRewriteTexts {
    std::string redirect_from = "off";
    std::string redirect_to = "off";

    bool operator==(const ResponseRewriteTexts&) const = default;
};

/// proxy-buffers-number and proxy-buffer-size: the memory for responses that are read ahead.
struct ResponseBuffers {
    std::uint64_t number = 4;
    std::uint64_t size = 4 * 1024;

    bool operator==(const ResponseBuffers&) const = default;
};

}  // namespace fairway::ingress
