// PROXY headers: never read beyond the end, and agree with themselves.
#include <cstdlib>
#include <string>

#include "proxy/l4/proxy_header.hpp"

namespace {

using namespace fairway::proxy::l4;

void require(bool holds) {
    if (!holds) std::abort();
}

void check(std::string_view bytes) {
    const auto parsed = parse_proxy_header(bytes);
    if (parsed.status != ProxyHeaderStatus::complete) {
        require(parsed.consumed == 0 && !parsed.header.addresses);
        require(parsed.status == ProxyHeaderStatus::malformed || bytes.size() < kMaxProxyHeader);
        return;
    }
    require(parsed.consumed > 0 && parsed.consumed <= bytes.size() && parsed.consumed <= kMaxProxyHeader);
    const auto exact = parse_proxy_header(bytes.substr(0, parsed.consumed));
    require(exact.status == ProxyHeaderStatus::complete && exact.consumed == parsed.consumed);
    require(parse_proxy_header(bytes.substr(0, parsed.consumed - 1)).status == ProxyHeaderStatus::incomplete);
    if (!parsed.header.addresses) return;
    // IPv4-mapped addresses of version 2 are IPv4 ones here, and may meet an IPv6 one.
    const auto& [source, destination] = *parsed.header.addresses;
    if (source.ip.v6 != destination.ip.v6) return;
    std::array<char, kMaxProxyHeaderV1> out;
    const auto again = parse_proxy_header(write_proxy_header(*parsed.header.addresses, out));
    require(again.header.addresses == parsed.header.addresses);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of exactly this size, so that a sanitizer sees any read beyond it.
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    check(bytes);
    return 0;
}
