// Questions and records of DNS as plain values, as far as the zone of a cluster needs them (RFC 1035, RFC 2782, RFC 3596).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/ip_address.hpp"

namespace fairway::ingress {

/// The numbers of the registry "DNS Resource Record (RR) TYPEs"; a question may have any other.
enum class RecordType : std::uint16_t {
    a = 1,
    cname = 5,
    soa = 6,
    ptr = 12,
    hinfo = 13,
    txt = 16,
    aaaa = 28,
    srv = 33,
    ixfr = 251,
    axfr = 252,
    any = 255,
};

/// Labels from the left, in lower case, without the root: {"kubia", "default", "svc", "cluster", "local"}. They may hold
/// any byte, because clients may ask for anything.
using DnsName = std::vector<std::string>;

/// Labels joined by dots; for names whose labels hold no dot.
std::string to_string(const DnsName& name);
/// The labels of a name such as "kubia.default.svc"; a final dot and the case do not matter.
DnsName dns_name(std::string_view text);
bool ends_with(const DnsName& name, const DnsName& suffix);

struct DnsQuestion {
    DnsName name;
    RecordType type = RecordType::a;
};

/// SRV: port and name of a server; all have the same priority and weight.
struct ServiceTarget {
    std::uint16_t port = 0;
    DnsName name;
    bool operator==(const ServiceTarget&) const = default;
};
/// CNAME and PTR.
struct NameTarget {
    DnsName name;
    bool operator==(const NameTarget&) const = default;
};
/// TXT, and the first field of HINFO.
struct TextData {
    std::string text;
    bool operator==(const TextData&) const = default;
};
/// SOA: its names and numbers are the same for every zone (see dns_message.cpp); only the zone differs.
struct Authority {
    DnsName zone;
    bool operator==(const Authority&) const = default;
};

struct DnsRecord {
    DnsName name;
    RecordType type = RecordType::a;
    std::variant<IpAddress, ServiceTarget, NameTarget, TextData, Authority> data;
    bool operator==(const DnsRecord&) const = default;
};

/// RCODE (RFC 1035 section 4.1.1).
enum class DnsStatus : std::uint8_t {
    no_error = 0,
    format_error = 1,
    name_error = 3,
    not_implemented = 4,
    refused = 5
};

/// No error without answers: the name is there, but has nothing of that type (RFC 2308, NODATA).
struct ZoneAnswer {
    DnsStatus status = DnsStatus::no_error;
    std::vector<DnsRecord> answers;
    std::vector<DnsRecord> authority;   ///< the SOA of negative answers
    std::vector<DnsRecord> additional;  ///< addresses of SRV targets; may be left out to save room
};

}  // namespace fairway::ingress
