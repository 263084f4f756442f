#include "proxy/io/source.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "proxy/io/reactor.hpp"

namespace fairway::proxy::io {

namespace {

// Remembers that the source was destroyed by a waiter it woke.
class DestructionGuard {
public:
    explicit DestructionGuard(bool*& slot) : slot_(slot), outer_(slot) { slot_ = &destroyed_; }
    ~DestructionGuard() {
        if (!destroyed_)
            slot_ = outer_;
        else if (outer_ != nullptr)
            *outer_ = true;
    }
    DestructionGuard(const DestructionGuard&) = delete;
    DestructionGuard& operator=(const DestructionGuard&) = delete;
    bool destroyed() const noexcept { return destroyed_; }

private:
    bool*& slot_;
    bool* outer_;
    bool destroyed_ = false;
};

}  // namespace

Source::Source(Reactor& reactor, int fd, bool writable) : reactor_(reactor), fd_(fd), writable_(writable) {
    reactor_.add(*this, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

Source::~Source() {
    if (destroyed_ != nullptr) *destroyed_ = true;
    reactor_.forget(*this);
    close(fd_);  // also ends its registration: the descriptor is never duplicated
}

void Source::wait_readable(Waiter& waiter, std::chrono::milliseconds timeout) {
    FAIRWAY_ASSERT(reader_ == nullptr, "one reader waits at a time");
    reader_ = &waiter;
    read_deadline_ = reactor_.now() + timeout;
    reactor_.arm(*this, read_deadline_);
}

void Source::wait_writable(Waiter& waiter, std::chrono::milliseconds timeout) {
    FAIRWAY_ASSERT(writer_ == nullptr, "one writer waits at a time");
    writer_ = &waiter;
    write_deadline_ = reactor_.now() + timeout;
    reactor_.arm(*this, write_deadline_);
}

void Source::on_events(std::uint32_t events) {
    const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (broken || (events & EPOLLRDHUP) != 0) hangup_.happened_ = true;
    if (hangup_.happened_ || (events & EPOLLIN) != 0) readable_ = true;
    if (broken || (events & EPOLLOUT) != 0) writable_ = true;

    const DestructionGuard guard(destroyed_);
    if (readable_ && reader_ != nullptr) std::exchange(reader_, nullptr)->wake(Wake::ready);
    if (guard.destroyed()) return;
    if (writable_ && writer_ != nullptr) std::exchange(writer_, nullptr)->wake(Wake::ready);
    if (guard.destroyed()) return;
    if (hangup_.happened_) hangup_.fire();
}

TimePoint Source::on_deadline(TimePoint now) {
    const DestructionGuard guard(destroyed_);
    if (reader_ != nullptr && read_deadline_ <= now) {
        std::exchange(reader_, nullptr)->wake(Wake::timeout);
        if (guard.destroyed()) return kNever;
    }
    if (writer_ != nullptr && write_deadline_ <= now) {
        std::exchange(writer_, nullptr)->wake(Wake::timeout);
        if (guard.destroyed()) return kNever;
    }
    TimePoint next = kNever;
    if (reader_ != nullptr) next = std::min(next, read_deadline_);
    if (writer_ != nullptr) next = std::min(next, write_deadline_);
    if (next != kNever) reactor_.arm(*this, next);
    return kNever;
}

void Source::cancel() {
    const DestructionGuard guard(destroyed_);
    cancel_reader();
    if (!guard.destroyed()) cancel_writer();
    if (!guard.destroyed()) hangup_.wake(Wake::cancelled);
}

void Source::cancel_reader() {
    if (reader_ != nullptr) std::exchange(reader_, nullptr)->wake(Wake::cancelled);
}

void Source::cancel_writer() {
    if (writer_ != nullptr) std::exchange(writer_, nullptr)->wake(Wake::cancelled);
}

}  // namespace fairway::proxy::io
