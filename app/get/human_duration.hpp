// Ages as kubectl writes them.
#pragma once

#include <chrono>
#include <string>

namespace fairway::app {

/// "42s", "3m10s", "5h2m", "3d4h", "2y30d": two units at most, fewer the longer it is. As HumanDuration of
/// k8s.io/apimachinery/pkg/util/duration. A little below zero is "0s" (clocks differ), more is "<invalid>".
std::string human_duration(std::chrono::seconds duration);

}  // namespace fairway::app
