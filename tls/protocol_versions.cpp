#include "tls/protocol_versions.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/spelling.hpp"

namespace fairway::tls {

namespace {

struct Version {
    std::string_view name;
    int number;
    std::uint64_t leave_out;
    bool listed = false;
};

constexpr std::array<std::string_view, 4> kNames = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};

std::string_view take_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t\n"));
    rest.remove_prefix(word.size());
    return word;
}

Error unknown(std::string_view name, std::string_view setting) {
    if (name == "SSLv2" || name == "SSLv3")
        return Error{fmt::format("{}: {} is broken and not supported; write TLSv1.2 TLSv1.3", setting, name)};
    return Error{fmt::format("{}: unknown protocol \"{}\"{}; write some of {}, separated by spaces", setting, name,
                             did_you_mean(name, kNames), fmt::join(kNames, " "))};
}

}  // namespace

Result<ProtocolVersions> parse_protocols(std::string_view list, std::string_view setting) {
    std::array<Version, 4> versions = {{{kNames[0], TLS1_VERSION, SSL_OP_NO_TLSv1},
                                        {kNames[1], TLS1_1_VERSION, SSL_OP_NO_TLSv1_1},
                                        {kNames[2], TLS1_2_VERSION, SSL_OP_NO_TLSv1_2},
                                        {kNames[3], TLS1_3_VERSION, SSL_OP_NO_TLSv1_3}}};
    for (auto word = take_word(list); !word.empty(); word = take_word(list)) {
        const auto version = std::ranges::find(versions, word, &Version::name);
        if (version == versions.end()) return unknown(word, setting);
        version->listed = true;
    }
    ProtocolVersions result;
    for (const auto& version : versions) {
        if (!version.listed) continue;
        if (result.lowest == 0) result.lowest = version.number;
        result.highest = version.number;
    }
    if (result.lowest == 0) return Error{fmt::format("{}: the list is empty; write TLSv1.2 TLSv1.3", setting)};
    for (const auto& version : versions) {
        const bool inside = version.number > result.lowest && version.number < result.highest;
        if (inside && !version.listed) result.left_out |= version.leave_out;
    }
    return result;
}

}  // namespace fairway::tls
