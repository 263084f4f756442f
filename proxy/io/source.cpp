#include "proxy/io/source.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "proxy/io/reactor.hpp"

namespace fairway::proxy::io {

namespace {

constexpr std::uint32_t kEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

}  // namespace

// One of the waiters that a source wakes may end it: the reactor keeps the list of sources that are waking somebody, and a
// source that ends strikes itself out.
class Source::Waking {
public:
    explicit Waking(Source& source) : list_(source.reactor_.waking_), index_(list_.size()) { list_.push_back(&source); }
    ~Waking() { list_.pop_back(); }
    Waking(const Waking&) = delete;
    Waking& operator=(const Waking&) = delete;
    bool source_ended() const noexcept { return list_[index_] == nullptr; }

private:
    std::vector<Source*>& list_;
    std::size_t index_;
};

Source::Source(Reactor& reactor, int fd, bool writable) : reactor_(reactor), fd_(fd), writable_(writable) {
    try {
        reactor_.add(*this, kEvents);
    } catch (...) {
        close(fd_);
        throw;
    }
}

Source::~Source() {
    std::replace(reactor_.waking_.begin(), reactor_.waking_.end(), this, static_cast<Source*>(nullptr));
    reactor_.forget(*this);
    close(fd_);  // also ends its registration: the descriptor is never duplicated
}

void Source::report_again() { reactor_.modify(*this, kEvents); }

void Source::wait_readable(Waiter& waiter, std::chrono::milliseconds timeout) {
    FAIRWAY_ASSERT(reader_ == nullptr, "one reader waits at a time");
    reader_ = &waiter;
    read_deadline_ = reactor_.now() + timeout;
    reactor_.arm(*this, read_deadline_);
}

void Source::wait_on_readable(Waiter& waiter) {
    FAIRWAY_ASSERT(reader_ == nullptr, "one reader waits at a time");
    reader_ = &waiter;
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

    if ((events & EPOLLERR) != 0) broken_ = true;

    const Waking waking(*this);
    if (readable_ && reader_ != nullptr) std::exchange(reader_, nullptr)->wake(Wake::ready);
    if (waking.source_ended()) return;
    if (writable_ && writer_ != nullptr) std::exchange(writer_, nullptr)->wake(Wake::ready);
    if (waking.source_ended()) return;
    if (hangup_.happened_) hangup_.fire();
}

TimePoint Source::on_deadline(TimePoint now) {
    const Waking waking(*this);
    if (reader_ != nullptr && read_deadline_ <= now) {
        std::exchange(reader_, nullptr)->wake(Wake::timeout);
        if (waking.source_ended()) return kNever;
    }
    if (writer_ != nullptr && write_deadline_ <= now) {
        std::exchange(writer_, nullptr)->wake(Wake::timeout);
        if (waking.source_ended()) return kNever;
    }
    TimePoint next = kNever;
    if (reader_ != nullptr) next = std::min(next, read_deadline_);
    if (writer_ != nullptr) next = std::min(next, write_deadline_);
    if (next != kNever) reactor_.arm(*this, next);
    return kNever;
}

void Source::cancel() {
    const Waking waking(*this);
    cancel_reader();
    if (!waking.source_ended()) cancel_writer();
    if (!waking.source_ended()) hangup_.wake(Wake::cancelled);
}

void Source::cancel_reader() {
    if (reader_ != nullptr) std::exchange(reader_, nullptr)->wake(Wake::cancelled);
}

void Source::cancel_writer() {
    if (writer_ != nullptr) std::exchange(writer_, nullptr)->wake(Wake::cancelled);
}

}  // namespace fairway::proxy::io
