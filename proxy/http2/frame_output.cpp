#include "proxy/http2/frame_output.hpp"

#include <algorithm>

namespace fairway::proxy::http2 {

void FrameOutput::append(std::string_view bytes) {
    if (bytes.empty()) return;
    const bool extends = segments_.size() > first_ && segments_.back().in_place == nullptr &&
                         segments_.back().offset + segments_.back().size == copied_.size();
    if (extends)
        segments_.back().size += bytes.size();
    else
        segments_.push_back({nullptr, copied_.size(), bytes.size()});
    copied_.append(bytes);
    queued_ += bytes.size();
}

void FrameOutput::append_in_place(std::string_view bytes) {
    if (bytes.empty()) return;
    segments_.push_back({bytes.data(), 0, bytes.size()});
    queued_ += bytes.size();
}

void FrameOutput::copy_in_place() {
    for (std::size_t i = first_; i < segments_.size(); ++i) {
        Segment& segment = segments_[i];
        if (segment.in_place == nullptr) continue;
        const std::size_t offset = copied_.size();
        copied_.append({segment.in_place, segment.size});
        segment = {nullptr, offset, segment.size};
    }
}

std::span<const iovec> FrameOutput::front(std::span<iovec> into) const {
    const std::size_t count = std::min(segments_.size() - first_, into.size());
    for (std::size_t i = 0; i < count; ++i) {
        const Segment& segment = segments_[first_ + i];
        const char* const data = segment.in_place != nullptr ? segment.in_place : copied_.data() + segment.offset;
        into[i] = {const_cast<char*>(data), segment.size};
    }
    return into.first(count);
}

void FrameOutput::advance(std::size_t count) {
    sent_ += count;
    while (count > 0) {
        Segment& segment = segments_[first_];
        const std::size_t taken = std::min(count, segment.size);
        segment.size -= taken;
        if (segment.in_place != nullptr)
            segment.in_place += taken;
        else
            segment.offset += taken;
        count -= taken;
        if (segment.size == 0) ++first_;
    }
    if (first_ == segments_.size()) {
        segments_.clear();
        copied_.clear();
        first_ = 0;
    }
}

}  // namespace fairway::proxy::http2
