#include "proxy/http2/stream_waits.hpp"

#include <algorithm>

namespace fairway::proxy::http2 {

void StreamWaits::wait(For what, io::Waiter& waiter, std::chrono::milliseconds timeout) {
    FAIRWAY_ASSERT(!waits(what), "one reader and one sender of a stream wait at a time");
    slot(what) = {&waiter, reactor_.now() + timeout};
    reactor_.arm(*this, slot(what).deadline);
}

io::TimePoint StreamWaits::on_deadline(io::TimePoint now) {
    bool ended = false;
    ended_ = &ended;
    for (const For what : {For::input, For::output}) {
        if (waits(what) && slot(what).deadline <= now) wake(what, io::Wake::timeout);
        if (ended) return io::kNever;
    }
    ended_ = nullptr;
    io::TimePoint next = io::kNever;
    for (const For what : {For::input, For::output})
        if (waits(what)) next = std::min(next, slot(what).deadline);
    if (next != io::kNever) reactor_.arm(*this, next);
    return io::kNever;
}

}  // namespace fairway::proxy::http2
