// How names of ExternalName Services are resolved.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"

namespace fairway::ingress {

enum class DnsFamilies : std::uint8_t { both, ipv4 };

struct DnsOptions {
    std::vector<SocketAddress> servers;              ///< --resolver; empty: nameserver lines of /etc/resolv.conf
    std::optional<std::vector<std::string>> search;  ///< absent: search lines of /etc/resolv.conf; empty: none
    std::chrono::milliseconds timeout{2000};         ///< of one try with one server; c-ares doubles it with each round
    int tries = 2;                                   ///< with each server
};

struct NameResolverOptions {
    DnsOptions dns;
    std::chrono::milliseconds first_retry{1000};  ///< after a failure; doubles up to a minute
};

}  // namespace fairway::ingress
