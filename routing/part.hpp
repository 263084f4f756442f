// Part: a piece of a policy that few routes have.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

namespace fairway::routing {

/// Absent, or a value that never changes and that copies share. Costs a route without it two null pointers. Compares by
/// value. Where a Part is only copied or compared T may be incomplete, so that a change of T compiles few files anew.
template <class T>
class Part {
public:
    Part() = default;

    template <std::same_as<T> U>
    Part& operator=(U value) {
        value_ = std::make_shared<const T>(std::move(value));
        equal_ = [](const T& a, const T& b) { return a == b; };
        return *this;
    }
    template <std::same_as<T> U>
    Part& operator=(std::optional<U> value) {
        return value ? *this = *std::move(value) : *this = Part();
    }
    void reset() noexcept { value_.reset(); }

    explicit operator bool() const noexcept { return value_ != nullptr; }
    const T& operator*() const noexcept { return *value_; }
    const T* operator->() const noexcept { return value_.get(); }
    const T* get() const noexcept { return value_.get(); }

    friend bool operator==(const Part& a, const Part& b) {
        return a.value_ == b.value_ || (a.value_ && b.value_ && a.equal_(*a.value_, *b.value_));
    }

private:
    std::shared_ptr<const T> value_;
    bool (*equal_)(const T&, const T&) = nullptr;
};

}  // namespace fairway::routing
