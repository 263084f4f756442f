#include "routing/geo_databases.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace fairway::routing {

namespace {

class GeoDatabasesTest : public testing::Test {
protected:
    GeoDatabasesTest() { std::filesystem::create_directory(folder_); }
    ~GeoDatabasesTest() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& content) const {
        std::ofstream(folder_ + "/" + name) << content;
    }

    std::string folder_ = testing::TempDir() + "geo_" + std::to_string(::getpid());
};

TEST(GeoVariable, OnlyThoseOfIngressNginx) {
    EXPECT_TRUE(is_geo_variable("city"));
    EXPECT_TRUE(is_geo_variable("is_tor_exit_node"));
    EXPECT_FALSE(is_geo_variable("planet"));
    EXPECT_FALSE(is_geo_variable(""));
}

TEST_F(GeoDatabasesTest, AnEmptyFolderKnowsNobody) {
    const auto opened = GeoDatabases::open(folder_);
    std::array<char, GeoDatabases::kRoom> room;
    EXPECT_TRUE(opened.databases->empty());
    EXPECT_TRUE(opened.problems.empty());
    EXPECT_EQ(opened.databases->find("city", *IpAddress::parse("192.0.2.1"), room), "");
    EXPECT_FALSE(opened.databases->changed());
}

TEST_F(GeoDatabasesTest, AFileThatIsNoDatabaseIsToldAndAnswersNothing) {
    write("GeoLite2-City.mmdb", "not a database");
    const auto opened = GeoDatabases::open(folder_);
    ASSERT_EQ(opened.problems.size(), 1u);
    EXPECT_TRUE(opened.problems[0].starts_with(folder_ + "/GeoLite2-City.mmdb cannot be used: "));
    std::array<char, GeoDatabases::kRoom> room;
    EXPECT_EQ(opened.databases->find("city", *IpAddress::parse("2001:db8::1"), room), "");
}

TEST_F(GeoDatabasesTest, FilesThatComeGoOrAreReplacedAreNoticed) {
    const auto none = GeoDatabases::open(folder_).databases;
    write("GeoLite2-City.mmdb", "one");
    EXPECT_TRUE(none->changed());
    const auto one = GeoDatabases::open(folder_).databases;
    EXPECT_FALSE(one->changed());
    write("new", "another");
    std::filesystem::rename(folder_ + "/new", folder_ + "/GeoLite2-City.mmdb");
    EXPECT_TRUE(one->changed());
    const auto two = GeoDatabases::open(folder_).databases;
    write("GeoIP2-City.mmdb", "comes before it");
    EXPECT_TRUE(two->changed());
    std::filesystem::remove(folder_ + "/GeoIP2-City.mmdb");
    EXPECT_FALSE(two->changed());
    std::filesystem::remove(folder_ + "/GeoLite2-City.mmdb");
    EXPECT_TRUE(two->changed());
}

}  // namespace

}  // namespace fairway::routing
