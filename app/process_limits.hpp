// What a proxy needs from the operating system before it starts.
#pragma once

namespace fairway::app {

/// Raises the limit of open descriptors to its hard limit, as each connection takes one or two, and ignores SIGPIPE:
/// a write to a closed peer is an error of that connection, not the end of the process.
void prepare_process();

}  // namespace fairway::app
