// A worker's own handle on a snapshot. Counting its users here, without atomics, keeps the cores from sharing a cache
// line for every request; the shared_ptr inside is counted once for each worker.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "routing/snapshot.hpp"

namespace fairway::proxy {

/// Not for use across threads.
class SnapshotRef {
public:
    SnapshotRef() noexcept = default;
    explicit SnapshotRef(std::shared_ptr<const routing::Snapshot> snapshot)
        : pinned_(new Pinned{std::move(snapshot), 1}) {}
    SnapshotRef(const SnapshotRef& other) noexcept : pinned_(other.pinned_) {
        if (pinned_ != nullptr) ++pinned_->users;
    }
    SnapshotRef(SnapshotRef&& other) noexcept : pinned_(std::exchange(other.pinned_, nullptr)) {}
    SnapshotRef& operator=(SnapshotRef other) noexcept {
        std::swap(pinned_, other.pinned_);
        return *this;
    }
    ~SnapshotRef() {
        if (pinned_ != nullptr && --pinned_->users == 0) delete pinned_;
    }

    const routing::Snapshot& operator*() const noexcept { return *pinned_->snapshot; }
    const routing::Snapshot* operator->() const noexcept { return pinned_->snapshot.get(); }
    explicit operator bool() const noexcept { return pinned_ != nullptr; }

private:
    struct Pinned {
        std::shared_ptr<const routing::Snapshot> snapshot;
        std::uint32_t users;
    };
    Pinned* pinned_ = nullptr;
};

}  // namespace fairway::proxy
