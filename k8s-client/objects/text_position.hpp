// Offsets in a text to lines and columns, in one pass over it.
#pragma once

#include <cstddef>
#include <string_view>

#include "k8s-client/objects/tree.hpp"

namespace fairway::k8s {

/// Follows a reader through its text. Line breaks are LF, CR LF and CR; columns count code points.
class TextPosition {
public:
    explicit TextPosition(std::string_view text) noexcept : text_(text) {}

    /// Line and column of an offset. Offsets must not go backwards.
    Mark at(std::size_t offset) noexcept {
        for (; at_ < offset && at_ < text_.size(); ++at_) {
            const auto byte = static_cast<unsigned char>(text_[at_]);
            const bool ends_line =
                byte == '\n' || (byte == '\r' && !(at_ + 1 < text_.size() && text_[at_ + 1] == '\n'));
            if (ends_line) {
                ++mark_.line;
                mark_.column = 1;
            } else if ((byte & 0xC0U) != 0x80U && byte != '\r') {
                ++mark_.column;
            }
        }
        return mark_;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    Mark mark_{1, 1};
};

}  // namespace fairway::k8s
