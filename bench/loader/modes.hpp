// The loader's ways to load. Each runs to its end and prints one JSON object on standard output.
#pragma once

#include "loader/options.hpp"

namespace fairway::bench {

/// Every connection sends its next request when the last is answered; counts answers, losses and cut connections.
void run_closed_loop(const Options& options);

/// Requests start on a fixed timetable, whether or not earlier ones are answered; latencies count from the timetable,
/// so that a server that stalls cannot hide it by slowing the load ("coordinated omission").
void run_fixed_rate(const Options& options);

/// Opens connections, completes a full TLS handshake on each, and closes them.
void run_handshakes(const Options& options);

/// Opens keep-alive connections, makes one request on each, prints {"idle": N} and holds them until standard input ends.
void run_idle(const Options& options);

}  // namespace fairway::bench
