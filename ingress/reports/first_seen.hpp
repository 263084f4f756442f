// First seen: since when each object is there, for objects whose manifest does not say when they were made.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ingress/object_store.hpp"

namespace fairway::ingress {

class FirstSeen {
public:
    /// @param now  seconds since 1970.
    void note(const std::vector<ObjectChange>& changes, std::int64_t now) {
        for (const ObjectChange& change : changes) {
            if (change.after)
                times_.try_emplace(change.key, now);
            else
                times_.erase(change.key);
        }
    }
    /// Seconds since 1970; 0 for an object that is not there.
    std::int64_t of(const ObjectKey& key) const {
        const auto found = times_.find(key);
        return found == times_.end() ? 0 : found->second;
    }

private:
    std::map<ObjectKey, std::int64_t> times_;
};

}  // namespace fairway::ingress
