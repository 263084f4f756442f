// Comparison with a file of the source tree; FAIRWAY_UPDATE_GOLDEN=1 rewrites the file instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace fairway::ingress::test {

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline void expect_golden(const std::filesystem::path& path, const std::string& text) {
    if (const char* update = std::getenv("FAIRWAY_UPDATE_GOLDEN"); update != nullptr && *update == '1') {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(text, read_text(path)) << "\nif the new text is right: FAIRWAY_UPDATE_GOLDEN=1, then review " << path;
}

}  // namespace fairway::ingress::test
