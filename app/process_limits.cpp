#include "app/process_limits.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace fairway::app {

void prepare_process() {
    ::signal(SIGPIPE, SIG_IGN);
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log::warn("descriptors.limited", {{"limit", before}, {"error", std::strerror(errno)}});
}

}  // namespace fairway::app
