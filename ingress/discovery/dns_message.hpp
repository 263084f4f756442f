// DNS messages: from a query as it came to the reply as it goes. ldns reads and writes the packets; what to say is the
// zone's business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ingress/discovery/zone.hpp"

namespace fairway::ingress {

enum class DnsTransport : std::uint8_t { udp, tcp };

/// The largest UDP reply, whatever the client says it takes: what passes networks without fragments (DNS Flag Day 2020).
inline constexpr std::size_t kMaxUdpReplyBytes = 1232;
/// Queries are short: a name of 255 bytes and EDNS options. Longer ones are dropped.
inline constexpr std::size_t kMaxQueryBytes = 4096;

/// The reply to a query; nullopt: none, because the message is malformed, too long, or a reply itself (answering those
/// would let two servers talk to each other for ever).
///
/// RFC 1035 and RFC 6891: one question; the case of its name is kept in the answer, so that clients that mix cases to
/// detect forgeries recognise it; EDNS version 0, with the client's size, between 512 bytes and kMaxUdpReplyBytes over UDP.
/// What does not fit gets the bit TC and no records, and the client asks again over TCP. Other opcodes: NOTIMP. Classes
/// other than IN: REFUSED. Never recursion: RA is 0.
std::optional<std::vector<std::uint8_t>> answer_dns_message(std::span<const std::uint8_t> query, const Zone& zone,
                                                            DnsTransport transport);

}  // namespace fairway::ingress
