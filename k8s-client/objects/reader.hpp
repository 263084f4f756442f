// Text to documents: YAML and JSON readers behind one call, safe on hostile input.
#pragma once

#include <string_view>
#include <vector>

#include "k8s-client/objects/decode.hpp"
#include "k8s-client/objects/tree.hpp"

namespace fairway::k8s {

/// How reading a file ended.
struct ReadResult {
    std::vector<Problem> problems;  ///< where the text is neither YAML nor JSON, or a limit was passed
    bool truncated = false;         ///< some of the text could not be read
};

/// Calls `sink` for each document of a file. A document that starts as JSON does ('{"' or '[{') is read as JSON, all
/// else as YAML 1.1. After a syntax error, reading goes on at the next "---" line; over a limit it stops.
/// Cost: one pass; memory: one document.
ReadResult read_documents(std::string_view text, const DecodeLimits& limits, const DocumentSink& sink);

}  // namespace fairway::k8s
