// A snapshot and its diagnostics as text, for golden files: stable order, only what differs from the defaults.
#pragma once

#include <string>

#include "ingress/diagnostics.hpp"
#include "routing/snapshot.hpp"

namespace fairway::ingress::test {

std::string snapshot_text(const routing::Snapshot& snapshot);
std::string report_text(const Report& report);

}  // namespace fairway::ingress::test
