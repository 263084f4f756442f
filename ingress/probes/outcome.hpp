// What one run of a probe found out.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8s-client/objects/pod.hpp"

namespace fairway::ingress {

/// All times of probing are taken from it; tests hand in their own points in time.
using ProbeClock = std::chrono::steady_clock;

/// Which field of the container asked: the kubelet's label probe_type.
enum class ProbeType : std::uint8_t { startup, readiness };

/// "Startup" or "Readiness".
constexpr std::string_view to_string(ProbeType type) { return type == ProbeType::startup ? "Startup" : "Readiness"; }

enum class ProbeResult : std::uint8_t {
    success,
    failure,
    unknown,  ///< could not even be asked, for reasons of our own (no descriptors left): changes nothing
};

/// "successful", "failed" or "unknown": the kubelet's label result.
constexpr std::string_view to_string(ProbeResult result) {
    return result == ProbeResult::success ? "successful" : result == ProbeResult::failure ? "failed" : "unknown";
}

struct ProbeOutcome {
    ProbeResult result = ProbeResult::unknown;
    std::string message;  ///< for people; may quote what the other side said: bounded and printable. Often empty
};

inline ProbeOutcome probe_success(std::string message = {}) { return {ProbeResult::success, std::move(message)}; }
inline ProbeOutcome probe_failure(std::string message) { return {ProbeResult::failure, std::move(message)}; }

}  // namespace fairway::ingress
