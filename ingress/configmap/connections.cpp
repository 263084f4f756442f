// Keys of client and upstream connections, and of the addresses to listen on.
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMaxCount = 1'000'000'000;
constexpr std::uint64_t kSmallestHeaderLine = 1024;
constexpr std::uint64_t kLargestHead = 16 * 1024 * 1024;

Result<std::int64_t> parse_count(std::string_view text) { return parse_integer(text, 1, kMaxCount); }

Result<std::chrono::seconds> parse_lasting_duration(std::string_view text) {
    const auto time = parse_duration(text);
    if (time && time->count() == 0) return Error{"0 would end everything at once; write at least 1"};
    return time;
}

/// nginx: "number size"; a header line fits one buffer, the whole head all of them.
void read_header_buffers(SettingReader& settings, routing::DownstreamSettings& downstream) {
    const auto text = settings.find("large-client-header-buffers");
    if (!text) return;
    const auto words = split_list(*text, ' ');
    const auto number = words.size() == 2 ? parse_integer(words[0], 1, 1024) : Result<std::int64_t>(Error{});
    const auto size = words.size() == 2 ? parse_size(words[1]) : Result<std::uint64_t>(Error{});
    const bool usable =
        number && size && *size >= kSmallestHeaderLine && *size * static_cast<std::uint64_t>(*number) <= kLargestHead;
    if (!usable) {
        settings.refuse(
            "large-client-header-buffers",
            fmt::format(
                "\"{}\" is not a number and a size, such as \"4 8k\" (at least 1k each, 16m together). Keeping 4 8k",
                *text));
        return;
    }
    downstream.max_header_line_bytes = static_cast<std::uint32_t>(*size);
    downstream.max_header_bytes = static_cast<std::uint32_t>(*size * static_cast<std::uint64_t>(*number));
}

}  // namespace

void read_downstream(SettingReader& settings, routing::DownstreamSettings& downstream) {
    settings.read("keep-alive", downstream.keep_alive, parse_duration);
    settings.read("keep-alive-requests", downstream.keep_alive_requests, parse_count);
    settings.read("client-header-timeout", downstream.header_timeout, parse_lasting_duration);
    settings.read("client-body-timeout", downstream.body_timeout, parse_lasting_duration);
    settings.read("enable-underscores-in-headers", downstream.underscores_in_headers, parse_bool);
    settings.read("ignore-invalid-headers", downstream.ignore_invalid_headers, parse_bool);
    read_header_buffers(settings, downstream);
}

void read_http2(SettingReader& settings, routing::Http2Settings& http2, tls::ServerSettings& tls) {
    settings.read("use-http2", http2.enabled, parse_bool);
    settings.read("http2-max-concurrent-streams", http2.max_concurrent_streams,
                  [](std::string_view text) { return parse_integer(text, 1, 10'000); });
    if (!http2.enabled) std::erase(tls.alpn_protocols, "h2");
}

void read_upstream_keepalive(SettingReader& settings, routing::UpstreamKeepalive& keepalive) {
    settings.read("upstream-keepalive-connections", keepalive.connections,
                  [](std::string_view text) { return parse_integer(text, 0, 1'000'000); });
    settings.read("upstream-keepalive-time", keepalive.max_age, parse_duration);
    settings.read("upstream-keepalive-timeout", keepalive.idle_timeout, parse_duration);
    settings.read("upstream-keepalive-requests", keepalive.requests, parse_count);
}

void read_streams(SettingReader& settings, routing::StreamPolicy& streams) {
    settings.read("proxy-stream-timeout", streams.idle_timeout, parse_lasting_duration);
    settings.read("proxy-stream-next-upstream", streams.next_endpoint, parse_bool);
    settings.read("proxy-stream-next-upstream-timeout", streams.next_timeout, parse_duration);
    settings.read("proxy-stream-next-upstream-tries", streams.tries,
                  [](std::string_view text) { return parse_integer(text, 0, 1'000'000); });
    settings.read("proxy-stream-responses", streams.udp_responses,
                  [](std::string_view text) { return parse_integer(text, 0, 1'000'000); });
}

void read_bind_addresses(SettingReader& settings, std::vector<IpAddress>& addresses) {
    bool no_ipv6 = false;
    settings.read("disable-ipv6", no_ipv6, parse_bool);
    if (const auto text = settings.find("bind-address")) {
        for (const auto& item : split_list(*text)) {
            const bool bracketed = item.starts_with('[') && item.ends_with(']');
            const auto address = IpAddress::parse(bracketed ? std::string_view(item).substr(1, item.size() - 2) : item);
            if (!address)
                settings.refuse("bind-address", address.error().message + ". It is left out");
            else if (!(no_ipv6 && address->v6))
                addresses.push_back(*address);
        }
    }
    constexpr std::uint8_t kAnyIpv4[4] = {};
    if (addresses.empty() && no_ipv6) addresses.push_back(IpAddress::from_v4(kAnyIpv4));
}

}  // namespace fairway::ingress
