#include "base/ip_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fairway {

namespace {

constexpr std::size_t kLongestAddressText = INET6_ADDRSTRLEN;

Error not_an_address(std::string_view text) {
    return {fmt::format("\"{}\" is not an IP address; write it like 192.0.2.1 or 2001:db8::1", text.substr(0, 64))};
}

Result<unsigned> parse_number(std::string_view text, unsigned highest, std::string_view what) {
    unsigned value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || value > highest)
        return Error{fmt::format("\"{}\" is not a {} between 0 and {}", text.substr(0, 64), what, highest)};
    return value;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.empty() || text.size() >= kLongestAddressText) return not_an_address(text);
    char terminated[kLongestAddressText];
    *std::copy(text.begin(), text.end(), terminated) = '\0';
    if (text.find('\0') != std::string_view::npos) return not_an_address(text);

    std::uint8_t raw[16];
    if (inet_pton(AF_INET, terminated, raw) == 1) return from_v4(raw);
    if (inet_pton(AF_INET6, terminated, raw) == 1) return from_v6(raw);
    return not_an_address(text);
}

IpAddress IpAddress::from_v4(const void* four_bytes) noexcept {
    IpAddress address;
    std::memcpy(address.bytes.data(), four_bytes, 4);
    return address;
}

IpAddress IpAddress::from_v6(const void* sixteen_bytes) noexcept {
    static constexpr std::uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(sixteen_bytes, kMappedPrefix, sizeof kMappedPrefix) == 0)
        return from_v4(static_cast<const std::uint8_t*>(sixteen_bytes) + sizeof kMappedPrefix);
    IpAddress address;
    address.v6 = true;
    std::memcpy(address.bytes.data(), sixteen_bytes, 16);
    return address;
}

std::string IpAddress::to_string() const {
    char text[kLongestAddressText];
    inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text, sizeof text);
    return text;
}

bool IpAddress::is_loopback() const noexcept {
    if (!v6) return bytes[0] == 127;
    return std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; }) && bytes[15] == 1;
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return Error{fmt::format("\"{}\" has no port; write ADDRESS:PORT", text.substr(0, 64))};
    std::string_view host = text.substr(0, colon);
    if (host.size() > 1 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return Error{fmt::format("\"{}\": write an IPv6 address as [ADDRESS]:PORT", text.substr(0, 64))};
    const auto ip = IpAddress::parse(host);
    if (!ip) return ip.error();
    const auto port = parse_number(text.substr(colon + 1), 65535, "port");
    if (!port) return port.error();
    return SocketAddress{*ip, static_cast<std::uint16_t>(*port)};
}

std::string SocketAddress::to_string() const {
    return ip.v6 ? fmt::format("[{}]:{}", ip.to_string(), port) : fmt::format("{}:{}", ip.to_string(), port);
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto ip = IpAddress::parse(text.substr(0, slash));
    if (!ip) return ip.error();
    const unsigned widest = ip->v6 ? 128 : 32;
    unsigned bits = widest;
    if (slash != std::string_view::npos) {
        const auto parsed = parse_number(text.substr(slash + 1), widest, "prefix length");
        if (!parsed) return parsed.error();
        bits = *parsed;
    }
    IpNetwork network{*ip, static_cast<std::uint8_t>(bits)};
    for (unsigned bit = bits; bit < widest; ++bit)
        network.base.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const noexcept {
    if (address.v6 != base.v6) return false;
    const unsigned whole = prefix_bits / 8;
    if (std::memcmp(address.bytes.data(), base.bytes.data(), whole) != 0) return false;
    const unsigned rest = prefix_bits % 8;
    return rest == 0 || ((address.bytes[whole] ^ base.bytes[whole]) >> (8 - rest)) == 0;
}

std::string IpNetwork::to_string() const { return fmt::format("{}/{}", base.to_string(), prefix_bits); }

std::size_t SocketAddressHash::operator()(const SocketAddress& address) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, address.ip.bytes.data(), sizeof high);
    std::memcpy(&low, address.ip.bytes.data() + sizeof high, sizeof low);
    std::uint64_t mixed = (high ^ (low * 0x9e3779b97f4a7c15ull)) + address.port;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93ull;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

}  // namespace fairway
