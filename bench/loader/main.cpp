// bench-loader MODE --port N ...: makes the load that wrk and h2load cannot (uploads, lost requests and cut connections
// counted apart, full handshakes, a fixed rate without coordinated omission, idle connections). See loader/modes.hpp.
#include <signal.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

#include "loader/modes.hpp"
#include "net/socket.hpp"

int main(int argc, char** argv) {
    using namespace fairway::bench;
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    try {
        const Options options = parse_options(argc, argv);
        raise_descriptor_limit();
        if (options.mode == "closed")
            run_closed_loop(options);
        else if (options.mode == "rate")
            run_fixed_rate(options);
        else if (options.mode == "handshakes")
            run_handshakes(options);
        else
            run_idle(options);
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "bench-loader: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-loader: %s\n", error.what());
        return 1;
    }
}
