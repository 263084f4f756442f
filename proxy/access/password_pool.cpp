#include "proxy/access/password_pool.hpp"

#include <utility>

namespace fairway::proxy {

bool PasswordPool::submit(Job job, std::function<void(bool)> done) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_ || waiting_.size() >= kMaxWaiting) return false;
        waiting_.push_back({std::move(job), std::move(done)});
        if (threads_.size() < thread_count_) threads_.emplace_back([this] { run(); });
    }
    more_.notify_one();
    return true;
}

void PasswordPool::stop() {
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        waiting_.clear();
        threads.swap(threads_);
    }
    more_.notify_all();
    for (auto& thread : threads) thread.join();
}

void PasswordPool::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        more_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
        if (stopped_) return;
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        next.done(next.job());
        next = {};
        lock.lock();
    }
}

}  // namespace fairway::proxy
