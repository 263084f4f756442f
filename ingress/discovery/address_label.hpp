// Addresses as they appear in names: "10-0-0-1" in one label, "1.0.0.10.in-addr.arpa" backwards.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "ingress/discovery/dns_record.hpp"

namespace fairway::ingress {

/// "10-0-0-1", "2001-db8--1"; a 0 is added where a hyphen would begin or end the label: "0--1" for ::1.
std::string address_label(const IpAddress& address);
/// The opposite; nullopt: not an address.
std::optional<IpAddress> parse_address_label(std::string_view label);

/// The address that a name below in-addr.arpa or ip6.arpa stands for (RFC 1035 section 3.5, RFC 3596 section 2.5).
std::optional<IpAddress> parse_reverse_name(const DnsName& name);

}  // namespace fairway::ingress
