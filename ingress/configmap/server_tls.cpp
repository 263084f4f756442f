// Keys of TLS towards clients.
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// nginx keeps about 4,000 sessions in a megabyte of cache.
constexpr std::uint64_t kSessionsPerMegabyte = 4000;
constexpr std::uint64_t kMaxCachedSessions = 10'000'000;

Result<std::uint32_t> parse_cache_size(std::string_view text) {
    const auto bytes = parse_size(text);
    if (!bytes) return bytes.error();
    const auto sessions = *bytes / (1024 * 1024 / kSessionsPerMegabyte);
    if (sessions == 0 || sessions > kMaxCachedSessions)
        return Error{fmt::format("\"{}\" is out of range; write a size from 1k to 2g", text)};
    return static_cast<std::uint32_t>(sessions);
}

int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

/// RFC 4648 section 4. The text is key material: no message repeats it.
Result<std::string> parse_ticket_key(std::string_view text) {
    const Error bad{"the value is not base64 of 48 or 80 bytes; make one with: openssl rand -base64 80 | tr -d '\\n'"};
    while (text.ends_with('=')) text.remove_suffix(1);
    // 48 and 80 bytes. Told by the text: g++ 12 -O2 takes a check of bytes.size() for a copy beyond its small buffer.
    if (text.size() != 64 && text.size() != 107) return bad;
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const int value = base64_value(c);
        if (value < 0) return bad;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xff);
        }
    }
    return bytes;
}

}  // namespace

void read_server_tls(SettingReader& settings, tls::ServerSettings& tls) {
    if (const auto text = settings.find("ssl-protocols")) tls.protocols = *text;
    if (const auto text = settings.find("ssl-ciphers")) tls.ciphers = *text;
    if (const auto text = settings.find("ssl-ecdh-curve")) tls.curves = *text;
    settings.read("ssl-session-cache", tls.session_cache, parse_bool);
    settings.read("ssl-session-cache-size", tls.session_cache_entries, parse_cache_size);
    settings.read("ssl-session-tickets", tls.session_tickets, parse_bool);
    settings.read("ssl-reject-handshake", tls.reject_unknown_names, parse_bool);
    auto timeout = std::chrono::seconds(tls.session_timeout_seconds);
    settings.read("ssl-session-timeout", timeout, parse_duration);
    tls.session_timeout_seconds = static_cast<std::uint32_t>(timeout.count());
    if (const auto text = settings.find("ssl-session-ticket-key")) {
        if (auto key = parse_ticket_key(*text))
            tls.session_ticket_key = *std::move(key);
        else
            settings.refuse("ssl-session-ticket-key", key.error().message + ". A random key is used");
    }
}

}  // namespace fairway::ingress
