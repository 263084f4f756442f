#include "proxy/io/frame_pool.hpp"

#include <array>
#include <cstdint>
#include <new>
#include <utility>

namespace fairway::proxy::io {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kPooled = false;  // a reused frame would hide a use after free
#else
constexpr bool kPooled = true;
#endif

constexpr std::size_t kStep = 64;
constexpr std::size_t kClasses = 64;  // frames of up to 4 KiB are pooled
constexpr std::uint32_t kMaxFreePerClass = 1024;

struct FreeFrame {
    FreeFrame* next;
};

struct FreeLists {
    struct List {
        FreeFrame* head = nullptr;
        std::uint32_t size = 0;
    };
    std::array<List, kClasses> by_class{};

    ~FreeLists() {
        for (List& list : by_class)
            while (list.head != nullptr) ::operator delete(std::exchange(list.head, list.head->next));
    }
};

thread_local FreeLists free_lists;

constexpr std::size_t class_of(std::size_t size) { return (size + kStep - 1) / kStep - 1; }

}  // namespace

void* allocate_frame(std::size_t size) {
    const std::size_t index = class_of(size);
    if (!kPooled || index >= kClasses) return ::operator new(size);
    auto& list = free_lists.by_class[index];
    if (list.head == nullptr) return ::operator new((index + 1) * kStep);
    --list.size;
    FreeFrame* frame = list.head;
    list.head = frame->next;
    return frame;
}

void free_frame(void* frame, std::size_t size) noexcept {
    const std::size_t index = class_of(size);
    if (!kPooled || index >= kClasses) return ::operator delete(frame);
    auto& list = free_lists.by_class[index];
    if (list.size >= kMaxFreePerClass) return ::operator delete(frame);
    ++list.size;
    list.head = new (frame) FreeFrame{list.head};
}

}  // namespace fairway::proxy::io
