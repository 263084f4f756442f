// A DNS server on loopback that answers as it is told, with packets written by hand.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "base/ip_address.hpp"

namespace fairway::ingress::test {

inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kCname = 5;
inline constexpr std::uint16_t kAaaa = 28;

class ScriptedDns {
public:
    /// RFC 1035 section 4.1.3.
    struct Record {
        std::string owner;
        std::uint16_t type;
        std::uint32_t ttl;
        std::string value;  ///< an address, or a name
    };
    struct Reply {
        std::vector<Record> records{};
        std::uint8_t code = 0;                ///< RCODE: 2 server failure, 3 no such name
        std::optional<std::string> packet{};  ///< these bytes behind the question's id instead
        bool silent = false;
    };

    explicit ScriptedDns(boost::asio::io_context& io) : socket_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
        receive();
    }

    SocketAddress address() const { return {*IpAddress::parse("127.0.0.1"), socket_.local_endpoint().port()}; }
    /// Names and types without a script: an answer without records.
    void script(const std::string& name, std::uint16_t type, Reply reply) { script_[{name, type}] = std::move(reply); }
    /// One A record for each address.
    void addresses(const std::string& name, const std::vector<std::string>& addresses, std::uint32_t ttl = 300) {
        Reply reply;
        for (const auto& address : addresses) reply.records.push_back({name, kA, ttl, address});
        script(name, kA, std::move(reply));
    }
    /// The same for both types.
    void both(const std::string& name, const Reply& reply) {
        script(name, kA, reply);
        script(name, kAaaa, reply);
    }
    int asked(const std::string& name, std::uint16_t type = kA) const {
        const auto found = asked_.find({name, type});
        return found == asked_.end() ? 0 : found->second;
    }

private:
    static void put16(std::string& out, unsigned value) {
        out.push_back(static_cast<char>(value >> 8));
        out.push_back(static_cast<char>(value));
    }
    static void put_name(std::string& out, const std::string& name) {
        for (std::size_t at = 0; at < name.size();) {
            const auto dot = std::min(name.find('.', at), name.size());
            out.push_back(static_cast<char>(dot - at));
            out.append(name, at, dot - at);
            at = dot + 1;
        }
        out.push_back('\0');
    }
    static void put_record(std::string& out, const Record& record) {
        put_name(out, record.owner);
        put16(out, record.type);
        put16(out, 1);
        put16(out, record.ttl >> 16);
        put16(out, record.ttl & 0xffff);
        std::string data;
        if (const auto address = IpAddress::parse(record.value))
            data.assign(reinterpret_cast<const char*>(address->bytes.data()), address->v6 ? 16 : 4);
        else
            put_name(data, record.value);
        put16(out, static_cast<unsigned>(data.size()));
        out += data;
    }

    void receive() {
        socket_.async_receive_from(boost::asio::buffer(packet_), peer_, [this](const auto& error, std::size_t size) {
            if (error) return;
            answer(std::string(packet_.data(), size));
            receive();
        });
    }

    void answer(const std::string& question) {
        std::string name;
        std::size_t at = 12;
        while (at < question.size() && question[at] != 0) {
            const auto length = static_cast<std::size_t>(question[at]);
            name += (name.empty() ? "" : ".") + question.substr(at + 1, length);
            at += length + 1;
        }
        const auto type = static_cast<std::uint16_t>(static_cast<unsigned char>(question.at(at + 2)));
        ++asked_[{name, type}];
        const auto found = script_.find({name, type});
        const auto reply = found == script_.end() ? Reply() : found->second;
        if (reply.silent) return;
        std::string out = question.substr(0, 2);
        if (reply.packet) {
            out += *reply.packet;
        } else {
            put16(out, 0x8180U | reply.code);
            put16(out, 1);
            put16(out, static_cast<unsigned>(reply.records.size()));
            put16(out, 0);
            put16(out, 0);
            out += question.substr(12, at + 5 - 12);
            for (const auto& record : reply.records) put_record(out, record);
        }
        socket_.send_to(boost::asio::buffer(out), peer_);
    }

    boost::asio::ip::udp::socket socket_;
    boost::asio::ip::udp::endpoint peer_;
    std::array<char, 4096> packet_{};
    std::map<std::pair<std::string, std::uint16_t>, Reply> script_;
    std::map<std::pair<std::string, std::uint16_t>, int> asked_;
};

}  // namespace fairway::ingress::test
