#include "proxy/l4/proxy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace fairway::proxy::l4 {

namespace {

constexpr std::string_view kV1 = "PROXY ";
constexpr std::string_view kV2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kV2Fixed = 16;  // signature, version and command, family, length

constexpr ProxyHeaderResult kIncomplete{ProxyHeaderStatus::incomplete, 0, {}};
constexpr ProxyHeaderResult kMalformed{ProxyHeaderStatus::malformed, 0, {}};

bool begins_alike(std::string_view bytes, std::string_view signature) {
    const auto size = std::min(bytes.size(), signature.size());
    return bytes.substr(0, size) == signature.substr(0, size);
}

std::uint8_t byte_at(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

std::uint16_t number_at(std::string_view bytes, std::size_t index) {
    return static_cast<std::uint16_t>(byte_at(bytes, index) << 8 | byte_at(bytes, index + 1));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return port;
}

std::optional<IpAddress> parse_address(std::string_view text, bool v6) {
    if ((text.find(':') != std::string_view::npos) != v6) return std::nullopt;
    const auto address = IpAddress::parse(text);
    return address ? std::optional(*address) : std::nullopt;
}

/// Takes the text up to the next space, and the space; the last word has none.
std::string_view take_word(std::string_view& line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
    return word;
}

std::optional<ProxyHeader::Addresses> parse_v1_addresses(std::string_view line) {
    if (std::count(line.begin(), line.end(), ' ') != 4) return std::nullopt;
    const auto family = take_word(line);
    if (family != "TCP4" && family != "TCP6") return std::nullopt;
    const bool v6 = family == "TCP6";
    const auto source = parse_address(take_word(line), v6);
    const auto destination = parse_address(take_word(line), v6);
    const auto source_port = parse_port(take_word(line));
    const auto destination_port = parse_port(line);
    if (!source || !destination || !source_port || !destination_port) return std::nullopt;
    return ProxyHeader::Addresses{{*source, *source_port}, {*destination, *destination_port}};
}

ProxyHeaderResult parse_v1(std::string_view bytes) {
    const auto line_end = bytes.substr(0, kMaxProxyHeaderV1).find('\n');
    if (line_end == std::string_view::npos) return bytes.size() < kMaxProxyHeaderV1 ? kIncomplete : kMalformed;
    if (line_end == 0 || bytes[line_end - 1] != '\r' || line_end < kV1.size() + 1) return kMalformed;
    const auto line = bytes.substr(kV1.size(), line_end - 1 - kV1.size());
    ProxyHeaderResult result{ProxyHeaderStatus::complete, line_end + 1, {}};
    // Section 2.1: whatever stands between UNKNOWN and the end of the line is ignored.
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return result;
    result.header.addresses = parse_v1_addresses(line);
    return result.header.addresses ? result : kMalformed;
}

bool extensions_add_up(std::string_view bytes) {
    while (!bytes.empty()) {
        if (bytes.size() < 3) return false;
        const std::size_t length = number_at(bytes, 1);
        if (bytes.size() - 3 < length) return false;
        bytes.remove_prefix(3 + length);
    }
    return true;
}

ProxyHeaderResult parse_v2(std::string_view bytes) {
    if (bytes.size() > 12 && byte_at(bytes, 12) != 0x20 && byte_at(bytes, 12) != 0x21) return kMalformed;
    if (bytes.size() < kV2Fixed) return kIncomplete;
    const bool local = byte_at(bytes, 12) == 0x20;
    const std::uint8_t family = byte_at(bytes, 13);
    const std::size_t length = number_at(bytes, 14);
    if (kV2Fixed + length > kMaxProxyHeader) return kMalformed;
    if (bytes.size() < kV2Fixed + length) return kIncomplete;
    ProxyHeaderResult result{ProxyHeaderStatus::complete, kV2Fixed + length, {}};
    if (local || family == 0x00) return result;  // section 2.2: the addresses are to be ignored
    if (family != 0x11 && family != 0x21) return kMalformed;

    const bool v6 = family == 0x21;
    const std::size_t address_bytes = v6 ? 16 : 4;
    const std::size_t block_bytes = 2 * address_bytes + 4;
    const auto block = bytes.substr(kV2Fixed, length);
    if (block.size() < block_bytes || !extensions_add_up(block.substr(block_bytes))) return kMalformed;
    const auto address_at = [&](std::size_t index) {
        return v6 ? IpAddress::from_v6(block.data() + index) : IpAddress::from_v4(block.data() + index);
    };
    result.header.addresses = {{address_at(0), number_at(block, 2 * address_bytes)},
                               {address_at(address_bytes), number_at(block, 2 * address_bytes + 2)}};
    return result;
}

}  // namespace

ProxyHeaderResult parse_proxy_header(std::string_view bytes) {
    if (bytes.empty()) return kIncomplete;
    if (begins_alike(bytes, kV1)) return bytes.size() < kV1.size() ? kIncomplete : parse_v1(bytes);
    if (begins_alike(bytes, kV2)) return bytes.size() < kV2.size() ? kIncomplete : parse_v2(bytes);
    return kMalformed;
}

std::string_view write_proxy_header(const ProxyHeader::Addresses& addresses, std::array<char, kMaxProxyHeaderV1>& out) {
    const auto& [source, destination] = addresses;
    const auto end =
        source.ip.v6 != destination.ip.v6
            ? fmt::format_to(out.data(), "PROXY UNKNOWN\r\n")
            : fmt::format_to(out.data(), "PROXY {} {} {} {} {}\r\n", source.ip.v6 ? "TCP6" : "TCP4",
                             source.ip.to_string(), destination.ip.to_string(), source.port, destination.port);
    return {out.data(), static_cast<std::size_t>(end - out.data())};
}

}  // namespace fairway::proxy::l4
