#include "app/cpu_count.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

/// A tree of files as the kernel shows it under /sys/fs/cgroup and in /proc/self/cgroup.
class CpuQuota : public testing::Test {
protected:
    CpuQuota() : root_(fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name()) {
        fs::remove_all(root_);
        fs::create_directories(root_);
    }
    ~CpuQuota() override { fs::remove_all(root_); }

    void write(const std::string& name, const std::string& text) {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text << '\n';
    }
    std::optional<double> quota() const { return cpu_quota(root_ / "proc", root_ / "sys"); }

private:
    fs::path root_;
};

TEST_F(CpuQuota, IsTheSmallestOfAllLevels) {
    write("proc", "0::/kubepods/pod1");
    write("sys/kubepods/cpu.max", "400000 100000");
    write("sys/kubepods/pod1/cpu.max", "150000 100000");
    EXPECT_DOUBLE_EQ(*quota(), 1.5);
    write("sys/kubepods/cpu.max", "100000 100000");
    EXPECT_DOUBLE_EQ(*quota(), 1.0);
}

TEST_F(CpuQuota, MaxMeansNone) {
    write("proc", "0::/");
    write("sys/cpu.max", "max 100000");
    EXPECT_FALSE(quota());
}

TEST_F(CpuQuota, IsReadFromVersion1Too) {
    write("proc", "5:memory:/a\n4:cpu,cpuacct:/a");
    write("sys/cpu/a/cpu.cfs_quota_us", "50000");
    write("sys/cpu/a/cpu.cfs_period_us", "100000");
    EXPECT_DOUBLE_EQ(*quota(), 0.5);
    write("sys/cpu/a/cpu.cfs_quota_us", "-1");
    EXPECT_FALSE(quota());
}

TEST_F(CpuQuota, IsNoneWithoutCgroups) { EXPECT_FALSE(quota()); }

TEST(AllowedCpus, AreAtLeastOne) { EXPECT_GE(allowed_cpus(), 1U); }

}  // namespace
}  // namespace fairway::app
