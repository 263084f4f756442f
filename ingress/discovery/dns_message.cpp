#include "ingress/discovery/dns_message.hpp"

#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kSmallestUdpLimit = 512;
constexpr std::size_t kTcpLimit = 65535;
constexpr std::uint8_t kBadVersion = 16;  // RFC 6891 section 6.1.3: its upper bits go into the OPT record

// SOA (RFC 1035 section 3.3.13). Nobody transfers the zone, so the times matter only by the last one: how long a "no"
// may be kept (RFC 2308).
constexpr std::uint32_t kSerial = 1;
constexpr std::uint32_t kRefresh = 7200;
constexpr std::uint32_t kRetry = 1800;
constexpr std::uint32_t kExpire = 86400;

struct FreePacket {
    void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
struct FreeRdf {
    void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};
struct FreeRecord {
    void operator()(ldns_rr* record) const { ldns_rr_free(record); }
};
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;
using Rdf = std::unique_ptr<ldns_rdf, FreeRdf>;
using Record = std::unique_ptr<ldns_rr, FreeRecord>;

/// A name in wire form: each label with its length before it, a zero at the end (RFC 1035 section 3.1).
Rdf name_rdf(const DnsName& name) {
    std::vector<std::uint8_t> wire;
    for (const auto& label : name) {
        wire.push_back(static_cast<std::uint8_t>(label.size()));
        wire.insert(wire.end(), label.begin(), label.end());
    }
    wire.push_back(0);
    return Rdf(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()));
}

/// The labels of a name that ldns has checked.
DnsName labels_of(const ldns_rdf* rdf) {
    DnsName name;
    const auto* data = ldns_rdf_data(rdf);
    const auto size = ldns_rdf_size(rdf);
    for (std::size_t at = 0; at < size && data[at] != 0;) {
        const std::size_t length = data[at];
        if (at + 1 + length > size) break;
        name.push_back(ascii::lower_copy({reinterpret_cast<const char*>(data) + at + 1, length}));
        at += 1 + length;
    }
    return name;
}

Rdf text_rdf(std::string_view text) {
    std::vector<std::uint8_t> wire{static_cast<std::uint8_t>(text.size())};
    wire.insert(wire.end(), text.begin(), text.end());
    return Rdf(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, wire.size(), wire.data()));
}

/// RFC 1035 section 2.3.4: labels of 1 to 63 bytes, names of up to 255 with their lengths. Long names of a host, a
/// Service, a namespace and a domain together can be more than that.
bool can_be_sent(const DnsName& name) {
    std::size_t size = 1;
    for (const auto& label : name) {
        if (label.empty() || label.size() > 63) return false;
        size += 1 + label.size();
    }
    return size <= 255;
}

bool can_be_sent(const DnsRecord& record) {
    if (const auto* target = std::get_if<ServiceTarget>(&record.data)) return can_be_sent(target->name);
    if (const auto* target = std::get_if<NameTarget>(&record.data)) return can_be_sent(target->name);
    return can_be_sent(record.name);
}

/// Fills in what a record says, one overload for each kind of data.
class DataWriter {
public:
    explicit DataWriter(ldns_rr* record) : record_(record) {}

    void operator()(const IpAddress& address) const {
        push(Rdf(ldns_rdf_new_frm_data(address.v6 ? LDNS_RDF_TYPE_AAAA : LDNS_RDF_TYPE_A, address.v6 ? 16 : 4,
                                       address.bytes.data())));
    }
    void operator()(const NameTarget& target) const { push(name_rdf(target.name)); }
    void operator()(const TextData& data) const {
        push(text_rdf(data.text));
        if (ldns_rr_get_type(record_) == LDNS_RR_TYPE_HINFO) push(text_rdf(""));
    }
    void operator()(const ServiceTarget& target) const {
        number16(0);    // priority
        number16(100);  // weight
        number16(target.port);
        push(name_rdf(target.name));
    }
    void operator()(const Authority& authority) const {
        for (const char* label : {"ns", "hostmaster"}) {
            auto name = authority.zone;
            name.insert(name.begin(), label);
            push(name_rdf(name));
        }
        for (const auto number : {kSerial, kRefresh, kRetry, kExpire, kDnsTtl})
            push(Rdf(ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, number)));
    }

private:
    void push(Rdf rdf) const {
        if (rdf && ldns_rr_push_rdf(record_, rdf.get())) static_cast<void>(rdf.release());
    }
    void number16(std::uint16_t number) const { push(Rdf(ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, number))); }

    ldns_rr* record_;
};

/// One reply, filled from its question to its last record.
class Reply {
public:
    Reply(const ldns_pkt* query, std::size_t limit) : packet_(ldns_pkt_new()), limit_(limit) {
        ldns_pkt_set_id(packet_.get(), ldns_pkt_id(query));
        ldns_pkt_set_qr(packet_.get(), true);
        ldns_pkt_set_opcode(packet_.get(), ldns_pkt_get_opcode(query));
        ldns_pkt_set_rd(packet_.get(), ldns_pkt_rd(query));
        if (ldns_pkt_edns(query)) ldns_pkt_set_edns_udp_size(packet_.get(), kMaxUdpReplyBytes);
    }

    void ask(const ldns_rr* question) {
        question_ = question;
        push(LDNS_SECTION_QUESTION, Record(ldns_rr_clone(question)));
    }

    std::vector<std::uint8_t> status(std::uint8_t code) {
        ldns_pkt_set_rcode(packet_.get(), code & 0x0f);
        if (code > 0x0f) ldns_pkt_set_edns_extended_rcode(packet_.get(), static_cast<std::uint8_t>(code >> 4));
        return wire();
    }

    std::vector<std::uint8_t> answer(const ZoneAnswer& answer, const DnsName& asked) {
        ldns_pkt_set_aa(packet_.get(), answer.status != DnsStatus::refused);
        ldns_pkt_set_rcode(packet_.get(), static_cast<std::uint8_t>(answer.status));
        const auto add = [&](ldns_pkt_section section, const std::vector<DnsRecord>& records) {
            for (const auto& record : records)
                if (can_be_sent(record)) push(section, make(record, asked));
        };
        add(LDNS_SECTION_ANSWER, answer.answers);
        add(LDNS_SECTION_AUTHORITY, answer.authority);
        auto plain = wire();
        if (plain.size() > limit_) return truncated();
        if (answer.additional.empty()) return plain;
        add(LDNS_SECTION_ADDITIONAL, answer.additional);
        auto whole = wire();
        return whole.size() <= limit_ ? whole : plain;
    }

private:
    /// Only the question, and the bit that says "ask again over TCP" (RFC 2181 section 9).
    std::vector<std::uint8_t> truncated() {
        for (const auto section : {LDNS_SECTION_ANSWER, LDNS_SECTION_AUTHORITY}) {
            auto* records =
                section == LDNS_SECTION_ANSWER ? ldns_pkt_answer(packet_.get()) : ldns_pkt_authority(packet_.get());
            while (auto* record = ldns_rr_list_pop_rr(records)) ldns_rr_free(record);
            ldns_pkt_set_section_count(packet_.get(), section, 0);
        }
        ldns_pkt_set_tc(packet_.get(), true);
        return wire();
    }

    Record make(const DnsRecord& record, const DnsName& asked) const {
        Record made(ldns_rr_new());
        Rdf owner = record.name == asked ? Rdf(ldns_rdf_clone(ldns_rr_owner(question_))) : name_rdf(record.name);
        ldns_rr_set_owner(made.get(), owner.release());
        ldns_rr_set_ttl(made.get(), kDnsTtl);
        ldns_rr_set_class(made.get(), LDNS_RR_CLASS_IN);
        ldns_rr_set_type(made.get(), static_cast<ldns_rr_type>(record.type));
        std::visit(DataWriter(made.get()), record.data);
        return made;
    }

    void push(ldns_pkt_section section, Record record) {
        if (ldns_pkt_push_rr(packet_.get(), section, record.get())) static_cast<void>(record.release());
    }

    std::vector<std::uint8_t> wire() const {
        std::uint8_t* data = nullptr;
        std::size_t size = 0;
        if (ldns_pkt2wire(&data, packet_.get(), &size) != LDNS_STATUS_OK) return {};
        const std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(data, &std::free);
        return {data, data + size};
    }

    Packet packet_;
    std::size_t limit_;
    const ldns_rr* question_ = nullptr;
};

std::size_t limit_of(const ldns_pkt* query, DnsTransport transport) {
    if (transport == DnsTransport::tcp) return kTcpLimit;
    return std::clamp<std::size_t>(ldns_pkt_edns_udp_size(query), kSmallestUdpLimit, kMaxUdpReplyBytes);
}

std::vector<std::uint8_t> reply_to(const ldns_pkt* query, const Zone& zone, DnsTransport transport) {
    Reply reply(query, limit_of(query, transport));
    if (ldns_pkt_get_opcode(query) != LDNS_PACKET_QUERY)
        return reply.status(static_cast<std::uint8_t>(DnsStatus::not_implemented));
    const auto* questions = ldns_pkt_question(query);
    if (ldns_rr_list_rr_count(questions) != 1) return reply.status(static_cast<std::uint8_t>(DnsStatus::format_error));
    const auto* question = ldns_rr_list_rr(questions, 0);
    reply.ask(question);
    if (ldns_pkt_edns_version(query) != 0) return reply.status(kBadVersion);
    if (ldns_rr_get_class(question) != LDNS_RR_CLASS_IN)
        return reply.status(static_cast<std::uint8_t>(DnsStatus::refused));
    const DnsQuestion asked{labels_of(ldns_rr_owner(question)), static_cast<RecordType>(ldns_rr_get_type(question))};
    return reply.answer(zone.answer(asked), asked.name);
}

}  // namespace

std::optional<std::vector<std::uint8_t>> answer_dns_message(std::span<const std::uint8_t> query, const Zone& zone,
                                                            DnsTransport transport) {
    if (query.size() < kHeaderBytes || query.size() > kMaxQueryBytes) return std::nullopt;
    ldns_pkt* parsed = nullptr;
    if (ldns_wire2pkt(&parsed, query.data(), query.size()) != LDNS_STATUS_OK) return std::nullopt;
    const Packet packet(parsed);
    if (ldns_pkt_qr(packet.get())) return std::nullopt;
    auto reply = reply_to(packet.get(), zone, transport);
    return reply.empty() ? std::nullopt : std::optional(std::move(reply));
}

}  // namespace fairway::ingress
