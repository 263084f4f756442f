#include "app/demo/temporary_file.hpp"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace fairway::app {

TemporaryFile::TemporaryFile(std::string_view suffix, std::string_view content) {
    std::string name = (std::filesystem::temp_directory_path() / fmt::format("fairway-XXXXXX{}", suffix)).string();
    const int descriptor = ::mkstemps(name.data(), static_cast<int>(suffix.size()));
    if (descriptor < 0)
        throw std::runtime_error(fmt::format("cannot make the temporary file {}: {}", name, std::strerror(errno)));
    path_ = name;
    const bool written = ::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size());
    ::close(descriptor);
    if (!written) {
        ::unlink(name.c_str());
        throw std::runtime_error(fmt::format("cannot write the temporary file {}; is the disk full?", name));
    }
}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

}  // namespace fairway::app
