// A file that is there as long as its owner.
#pragma once

#include <filesystem>
#include <string_view>

namespace fairway::app {

class TemporaryFile {
public:
    /// Makes TMPDIR/fairway-XXXXXX`suffix`, readable by its user alone. Throws std::runtime_error.
    TemporaryFile(std::string_view suffix, std::string_view content);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace fairway::app
