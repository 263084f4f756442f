// Compression of responses towards clients: docs/compression.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/regex.hpp"

namespace fairway::routing {

/// One content coding, with what it is used for.
struct CompressionMethod {
    bool enabled = false;
    int level = 1;
    std::uint64_t min_length = 0;    ///< of a body whose length is known; bytes
    std::vector<std::string> types;  ///< lower case and sorted; text/html always counts, "*" stands for all

    bool operator==(const CompressionMethod&) const = default;
};

/// ConfigMap keys use-gzip, gzip-*, enable-brotli, brotli-*, enable-zstd, zstd-*. Where the client takes several, zstd goes
/// before brotli, and brotli before gzip.
struct Compression {
    CompressionMethod gzip;
    CompressionMethod brotli;
    CompressionMethod zstd;
    std::optional<Regex> gzip_disable;  ///< User-Agents that get no gzip

    bool operator==(const Compression&) const = default;
};

}  // namespace fairway::routing
