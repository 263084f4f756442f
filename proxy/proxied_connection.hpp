// A connection that began with a PROXY header: who it really is from, and over whom it came.
#pragma once

#include <string>

#include "proxy/l4/proxy_header.hpp"

namespace fairway::proxy {

struct ProxiedConnection {
    l4::ProxyHeader::Addresses addresses;
    std::string source_text;       ///< $proxy_protocol_addr
    std::string destination_text;  ///< $proxy_protocol_server_addr
    std::string peer_text;         ///< $realip_remote_addr: of the TCP connection
};

}  // namespace fairway::proxy
