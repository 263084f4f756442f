// Memory of one document: handed out by bumping a pointer, given back all at once, wiped because it may hold Secrets.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace fairway::k8s {

/// Overwrites memory in a way that the compiler does not leave out.
void wipe(void* memory, std::size_t bytes) noexcept;
/// Overwrites the whole capacity of a string and empties it.
void wipe(std::string& text) noexcept;

class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() { reset(); }

    /// A copy that lives until reset().
    std::string_view copy(std::string_view text);

    /// A copy of trivial values that lives until reset().
    template <class T>
    const T* copy(std::span<const T> values) {
        static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
        if (values.empty()) return nullptr;
        auto* memory = static_cast<T*>(allocate(values.size_bytes(), alignof(T)));
        std::uninitialized_copy(values.begin(), values.end(), memory);
        return memory;
    }

    /// Uninitialised memory that lives until reset().
    void* allocate(std::size_t bytes, std::size_t alignment);

    /// Wipes everything that was handed out; keeps one block for the next document.
    void reset() noexcept;

private:
    struct Block {
        std::unique_ptr<std::byte[]> memory;
        std::size_t size = 0;
        std::size_t used = 0;
    };
    std::vector<Block> blocks_;
};

}  // namespace fairway::k8s
