#include "app/version.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <spdlog/version.h>

#include <CLI/Version.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/version.hpp>

namespace fairway::app {

namespace {

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "g++ " __VERSION__;
#endif
}

std::string json_text() {
    boost::json::object libraries;
    for (const auto& [name, version] : library_versions()) libraries[name] = version;
    const boost::json::object all = {{"version", kBuildInfo.version},
                                     {"commit", kBuildInfo.commit},
                                     {"compiler", compiler()},
                                     {"build", kBuildInfo.build_type},
                                     {"libraries", libraries}};
    return boost::json::serialize(all) + "\n";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> library_versions() {
    return {{"Boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
            {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
            {"libyaml", FAIRWAY_LIBYAML_VERSION},
            {"spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
            {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
            {"CLI11", CLI11_VERSION}};
}

std::string version_text(OutputFormat format) {
    if (format == OutputFormat::json) return json_text();
    std::string text = fmt::format("fairway {} (commit {}, {}, {})\n", kBuildInfo.version, kBuildInfo.commit,
                                   compiler(), kBuildInfo.build_type);
    for (const auto& [name, version] : library_versions()) text += fmt::format("  {:<9} {}\n", name, version);
    return text;
}

}  // namespace fairway::app
