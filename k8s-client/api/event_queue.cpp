#include "k8s-client/api/event_queue.hpp"

#include <algorithm>

namespace fairway::k8s {

namespace {

std::string key_of(const Event& event) { return event.about.name.ns + '/' + event_name(event); }

}  // namespace

void TokenBucket::fill(Clock::time_point now) {
    if (filled_) tokens_ = std::min(burst_, tokens_ + (now - *filled_) / refill_);
    filled_ = now;
}

bool TokenBucket::take(Clock::time_point now) {
    fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
}

TokenBucket::Clock::duration TokenBucket::wait(Clock::time_point now) {
    fill(now);
    if (tokens_ >= 1) return Clock::duration::zero();
    return std::chrono::ceil<Clock::duration>(refill_ * (1 - tokens_));
}

bool EventQueue::add(const Event& event, Clock::time_point now, WallClock::time_point wall) {
    const auto key = key_of(event);
    if (const auto same = waiting_.find(key); same != waiting_.end()) {
        ++same->second.series.count;
        same->second.series.last = wall;
        return true;
    }
    if (waiting_.size() >= limits_.waiting || object_has_enough(event.about, now)) {
        ++dropped_;
        return false;
    }
    order_.push_back(key);
    waiting_.emplace(key, Waiting{event, {.count = 1, .first = wall, .last = wall}});
    return true;
}

bool EventQueue::object_has_enough(const InvolvedObject& object, Clock::time_point now) {
    const auto key = object.kind + '/' + object.name.to_string() + '/' + object.uid;
    auto found = objects_.find(key);
    if (found == objects_.end()) {
        if (objects_.size() >= limits_.objects) {
            objects_.erase(recent_.back());
            recent_.pop_back();
        }
        recent_.push_front(key);
        found = objects_.emplace(key, Seen{{limits_.object_burst, limits_.object_refill}, recent_.begin()}).first;
    }
    recent_.splice(recent_.begin(), recent_, found->second.place);
    return !found->second.bucket.take(now);
}

EventQueue::Waiting EventQueue::take() {
    const auto found = waiting_.find(order_.front());
    order_.pop_front();
    auto waiting = std::move(found->second);
    waiting_.erase(found);
    return waiting;
}

std::int64_t EventCounts::find(const std::string& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? 0 : found->second.count;
}

void EventCounts::set(const std::string& key, std::int64_t count) {
    forget(key);
    if (entries_.size() >= most_) {
        entries_.erase(recent_.back());
        recent_.pop_back();
    }
    recent_.push_front(key);
    entries_.emplace(key, Entry{count, recent_.begin()});
}

void EventCounts::forget(const std::string& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    recent_.erase(found->second.place);
    entries_.erase(found);
}

}  // namespace fairway::k8s
