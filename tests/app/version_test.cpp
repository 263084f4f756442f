#include "app/version.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace fairway::app {
namespace {

TEST(Version, NamesLibrariesInBothForms) {
    const auto json = boost::json::parse(version_text(OutputFormat::json));
    EXPECT_EQ(json.at("version").as_string(), kBuildInfo.version);
    for (const auto& [name, version] : library_versions()) {
        EXPECT_FALSE(version.empty()) << name;
        EXPECT_EQ(json.at("libraries").at(name).as_string(), version);
        EXPECT_NE(version_text(OutputFormat::text).find(name), std::string::npos);
    }
}

}  // namespace
}  // namespace fairway::app
