// use-gzip, gzip-*, enable-brotli, brotli-*, enable-zstd, zstd-*.
#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"
#include "routing/policy/compression.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kTypes[] = {"application/atom+xml",
                                       "application/javascript",
                                       "application/json",
                                       "application/rss+xml",
                                       "application/vnd.ms-fontobject",
                                       "application/x-font-ttf",
                                       "application/x-javascript",
                                       "application/x-web-app-manifest+json",
                                       "application/xhtml+xml",
                                       "application/xml",
                                       "font/opentype",
                                       "image/svg+xml",
                                       "image/x-icon",
                                       "text/css",
                                       "text/javascript",
                                       "text/plain",
                                       "text/x-component"};
constexpr std::string_view kBrotliAlone = "application/xml+rss";

/// nginx: media types between spaces; "*" for all.
Result<std::vector<std::string>> parse_types(std::string_view text) {
    std::vector<std::string> types;
    for (const auto& item : split_list(text, ' ')) {
        if (item != "*" && item.find('/') == std::string::npos)
            return Error{fmt::format("\"{}\" is not a media type; write text/css application/json, or *", item)};
        types.push_back(ascii::lower_copy(item));
    }
    std::ranges::sort(types);
    return types;
}

/// "msie6" is nginx's short word for what Internet Explorer 4 to 6 calls itself.
Result<std::optional<routing::Regex>> parse_disable(std::string_view text) {
    constexpr std::string_view kOldExplorer = "MSIE [4-6]\\.(?!.*SV1)";
    auto pattern = routing::Regex::compile(text == "msie6" ? kOldExplorer : text, routing::Regex::Case::ignored);
    if (!pattern) return pattern.error();
    return std::optional(*std::move(pattern));
}

}  // namespace

void read_compression(SettingReader& settings, routing::Part<routing::Compression>& policy) {
    routing::Compression compression;
    auto& gzip = compression.gzip;
    gzip = {.enabled = false, .level = 1, .min_length = 256, .types = {std::begin(kTypes), std::end(kTypes)}};
    auto& brotli = compression.brotli;
    brotli = {.enabled = false, .level = 4, .min_length = 20, .types = gzip.types};
    brotli.types.emplace_back(kBrotliAlone);
    std::ranges::sort(brotli.types);
    auto& zstd = compression.zstd;
    zstd = {.enabled = false, .level = 3, .min_length = 256, .types = gzip.types};

    settings.read("use-gzip", gzip.enabled, parse_bool);
    settings.read("gzip-level", gzip.level, integer(1, 9));
    settings.read("gzip-min-length", gzip.min_length, integer(0, INT32_MAX));
    settings.read("gzip-types", gzip.types, parse_types);
    settings.read("gzip-disable", compression.gzip_disable, parse_disable);
    settings.read("enable-brotli", brotli.enabled, parse_bool);
    settings.read("brotli-level", brotli.level, integer(0, 11));
    settings.read("brotli-min-length", brotli.min_length, integer(0, INT32_MAX));
    settings.read("brotli-types", brotli.types, parse_types);
    settings.read("enable-zstd", zstd.enabled, parse_bool);
    settings.read("zstd-level", zstd.level, integer(1, 9));
    settings.read("zstd-min-length", zstd.min_length, integer(0, INT32_MAX));
    settings.read("zstd-types", zstd.types, parse_types);
    if (gzip.enabled || brotli.enabled || zstd.enabled) policy = std::move(compression);
}

}  // namespace fairway::ingress
