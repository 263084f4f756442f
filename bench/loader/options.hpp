// What the loader is asked to do: its mode and the numbers of it, from the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace fairway::bench {

struct Options {
    std::string mode;  // closed, rate, handshakes or idle
    std::uint16_t port = 0;
    bool tls = false;
    std::string host = "plain.bench.test";  // Host and SNI; "{}" in it is replaced by 0 .. host_count-1
    unsigned host_count = 1;
    std::vector<std::string> paths{"/"};  // requests take the combinations of hosts and paths in turn
    std::size_t upload_bytes = 0;         // 0: GET; else PUT with a body of this size
    unsigned connections = 32;
    std::chrono::milliseconds duration{3000};
    unsigned rate = 4000;  // requests a second, mode rate only
};

/// Throws std::invalid_argument that says which argument is wrong and what the usage is.
Options parse_options(int argc, char** argv);

/// The request texts in the order they are sent, head and body complete.
std::vector<std::string> request_texts(const Options& options);

}  // namespace fairway::bench
