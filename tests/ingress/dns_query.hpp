// DNS queries byte by byte, and what of a reply tests look at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingress/discovery/dns_record.hpp"

namespace fairway::ingress::test {

using Bytes = std::vector<std::uint8_t>;

inline void append16(Bytes& bytes, unsigned number) {
    bytes.push_back(static_cast<std::uint8_t>(number >> 8));
    bytes.push_back(static_cast<std::uint8_t>(number));
}

struct QueryOptions {
    RecordType type = RecordType::a;
    unsigned record_class = 1;  ///< IN
    unsigned flags = 0x0100;    ///< RD
    unsigned questions = 1;
    int edns_size = -1;  ///< below 0: no OPT record
    unsigned edns_version = 0;
};

/// A name with its case as written.
inline void append_name(Bytes& bytes, std::string_view name) {
    while (!name.empty()) {
        const auto label = name.substr(0, name.find('.'));
        bytes.push_back(static_cast<std::uint8_t>(label.size()));
        bytes.insert(bytes.end(), label.begin(), label.end());
        name.remove_prefix(label.size() == name.size() ? name.size() : label.size() + 1);
    }
    bytes.push_back(0);
}

inline Bytes dns_query(std::string_view name, const QueryOptions& options = {}) {
    Bytes bytes;
    append16(bytes, 0xbeef);
    append16(bytes, options.flags);
    append16(bytes, options.questions);
    append16(bytes, 0);
    append16(bytes, 0);
    append16(bytes, options.edns_size < 0 ? 0 : 1);
    for (unsigned i = 0; i < options.questions; ++i) {
        append_name(bytes, name);
        append16(bytes, static_cast<unsigned>(options.type));
        append16(bytes, options.record_class);
    }
    if (options.edns_size < 0) return bytes;
    bytes.push_back(0);
    append16(bytes, 41);  // OPT
    append16(bytes, static_cast<unsigned>(options.edns_size));
    append16(bytes, options.edns_version);  // extended RCODE and version
    append16(bytes, 0);
    append16(bytes, 0);
    return bytes;
}

/// The header of a reply.
struct ReplyHeader {
    explicit ReplyHeader(const Bytes& bytes)
        : id(at(bytes, 0)),
          flags(at(bytes, 2)),
          questions(at(bytes, 4)),
          answers(at(bytes, 6)),
          authority(at(bytes, 8)),
          additional(at(bytes, 10)) {}

    static unsigned at(const Bytes& bytes, std::size_t index) {
        return static_cast<unsigned>(bytes.at(index)) << 8 | bytes.at(index + 1);
    }
    bool is_reply() const { return (flags & 0x8000) != 0; }
    bool authoritative() const { return (flags & 0x0400) != 0; }
    bool truncated() const { return (flags & 0x0200) != 0; }
    bool recursion_desired() const { return (flags & 0x0100) != 0; }
    bool recursion_available() const { return (flags & 0x0080) != 0; }
    unsigned status() const { return flags & 0xf; }

    unsigned id, flags, questions, answers, authority, additional;
};

}  // namespace fairway::ingress::test
