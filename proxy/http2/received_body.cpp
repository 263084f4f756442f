#include "proxy/http2/received_body.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairway::proxy::http2 {

void ReceivedBody::append(std::string_view bytes) {
    received_ += bytes.size();
    while (!bytes.empty()) {
        if (all_lent() || chunks_.back().size == chunks_.back().buffer.size()) chunks_.push_back({buffers_.small(), 0});
        Chunk& chunk = chunks_.back();
        const std::size_t taken = std::min(bytes.size(), chunk.buffer.size() - chunk.size);
        std::copy_n(bytes.data(), taken, chunk.buffer.data() + chunk.size);
        chunk.size += taken;
        bytes.remove_prefix(taken);
    }
}

BodyPieces ReceivedBody::lend(bool ended) {
    FAIRWAY_ASSERT(lent_ == 0 && !chunks_.empty(), "one loan at a time, and of something");
    lent_ = std::min(chunks_.size(), pieces_.size());
    for (std::size_t i = 0; i < lent_; ++i) {
        pieces_[i] = {chunks_[i].buffer.data(), chunks_[i].size};
        lent_bytes_ += chunks_[i].size;
    }
    return {BodyStatus::data, {pieces_.data(), lent_}, lent_bytes_, ended && all_lent()};
}

std::size_t ReceivedBody::take_back() {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(lent_));
    lent_ = 0;
    return std::exchange(lent_bytes_, 0);
}

std::size_t ReceivedBody::clear() noexcept {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_) bytes += chunk.size;
    chunks_.clear();
    lent_ = lent_bytes_ = 0;
    return bytes;
}

}  // namespace fairway::proxy::http2
