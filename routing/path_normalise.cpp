#include "routing/path_normalise.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"

namespace fairway::routing {
namespace {

/// Whether a "." or ".." segment begins at `at`; any other name with a leading dot is ordinary.
bool is_dot_segment(std::string_view path, std::size_t at) noexcept {
    const auto rest = path.substr(at);
    if (!rest.starts_with('.')) return false;
    const auto after = rest.starts_with("..") ? 2U : 1U;
    return after == rest.size() || rest[after] == '/';
}

/// Index of the first byte that makes the path irregular, or npos: an escape, a NUL, or the slash before a slash or
/// before a dot segment.
std::size_t first_irregular(std::string_view path) noexcept {
    for (std::size_t i = 0; i < path.size(); ++i) {
        const char c = path[i];
        if (c == '%' || c == '\0') return i;
        if (c == '/' && i + 1 < path.size()) {
            const char next = path[i + 1];
            if (next == '/' || (next == '.' && is_dot_segment(path, i + 1))) return i;
        }
    }
    return std::string_view::npos;
}

/// Writes the comparable path byte by byte. Dot segments are judged when their segment ends, on decoded bytes, so
/// "/%2e%2E/" is "/../". What is written never holds "//", "/./" or "/../", so a later ".." needs to look no further
/// back than to the slash before.
class PathWriter {
public:
    /// @param scratch  holds at least `regular` and all bytes still to be added.
    /// @param regular  beginning of the path that needs no work; begins with '/'.
    PathWriter(std::span<char> scratch, std::string_view regular) noexcept : out_(scratch.data()) {
        std::ranges::copy(regular, out_);
        size_ = regular.size();
        segment_ = regular.rfind('/') + 1;
    }

    /// False when ".." leads above the root.
    bool add(char c) noexcept {
        if (c != '/') {
            out_[size_++] = c;
            return true;
        }
        if (segment() == "..") return remove_last_two();
        if (segment() == ".")
            size_ = segment_;
        else if (!segment().empty())
            out_[size_++] = '/';
        segment_ = size_;
        return true;
    }

    /// False when ".." leads above the root. "/a/.." is "/" and "/a/." is "/a/" (RFC 3986 section 5.2.4).
    bool finish() noexcept { return segment() == "." || segment() == ".." ? add('/') : true; }

    std::string_view written() const noexcept { return {out_, size_}; }

private:
    std::string_view segment() const noexcept { return written().substr(segment_); }

    /// The ".." under construction and the segment before it.
    bool remove_last_two() noexcept {
        if (segment_ == 1) return false;
        const auto before = written().substr(0, segment_ - 1);
        size_ = segment_ = before.rfind('/') + 1;
        return true;
    }

    char* out_;
    std::size_t size_ = 0;
    std::size_t segment_ = 0;  ///< where the segment under construction begins, just after its slash
};

/// Byte that the escape at `at` stands for.
std::optional<char> decoded_escape(std::string_view path, std::size_t at) noexcept {
    if (path.size() - at < 3) return std::nullopt;
    const int high = ascii::hex_value(path[at + 1]);
    const int low = ascii::hex_value(path[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

}  // namespace

std::string_view to_string(PathError error) noexcept {
    switch (error) {
        case PathError::none: return "none";
        case PathError::bad_escape: return "bad_escape";
        case PathError::nul: return "nul";
        case PathError::not_absolute: return "not_absolute";
        case PathError::above_root: return "above_root";
        case PathError::too_long: return "too_long";
    }
    return "unknown";
}

NormalisedPath normalise_path(std::string_view raw_path, std::span<char> scratch) noexcept {
    const auto refused = [](PathError error) { return NormalisedPath{{}, error}; };
    // A path that begins with %2F is refused, too: nginx takes only a real slash there.
    if (!raw_path.starts_with('/')) return refused(PathError::not_absolute);
    const auto irregular = first_irregular(raw_path);
    if (irregular == std::string_view::npos) return {raw_path};
    if (scratch.size() < raw_path.size()) return refused(PathError::too_long);

    // At least the first slash is regular; when it is what makes the path irregular, its follower is looked at next.
    const auto start = std::max<std::size_t>(irregular, 1);
    PathWriter writer(scratch, raw_path.substr(0, start));
    for (std::size_t i = start; i < raw_path.size(); ++i) {
        char c = raw_path[i];
        if (c == '%') {
            const auto decoded = decoded_escape(raw_path, i);
            if (!decoded) return refused(PathError::bad_escape);
            c = *decoded;
            i += 2;
        }
        if (c == '\0') return refused(PathError::nul);
        if (!writer.add(c)) return refused(PathError::above_root);
    }
    if (!writer.finish()) return refused(PathError::above_root);
    return {writer.written()};
}

}  // namespace fairway::routing
