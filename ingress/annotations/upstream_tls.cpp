// The annotations proxy-ssl-*. All of them need proxy-ssl-secret.
#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/cipher_list.hpp"
#include "ingress/options.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035 section 2.3.4, as text without the final dot
constexpr std::array<std::string_view, 2> kProtocols{"TLSv1.2", "TLSv1.3"};
constexpr std::array<std::string_view, 6> kNeedSecret{"proxy-ssl-verify",  "proxy-ssl-verify-depth",
                                                      "proxy-ssl-name",    "proxy-ssl-server-name",
                                                      "proxy-ssl-ciphers", "proxy-ssl-protocols"};

/// A host name or an IP address.
Result<std::string> parse_name(std::string_view text) {
    const bool good = text.size() <= kLongestName && std::ranges::all_of(text, [](char c) {
                          return ascii::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
                      });
    if (good) return std::string(text);
    return Error{fmt::format("\"{}\" is not a host name; write a name of the endpoints' certificate", text)};
}

Result<std::string> parse_protocol_list(std::string_view text) {
    const auto words = split_list(text, ' ');
    for (const auto& word : words)
        if (std::ranges::find(kProtocols, std::string_view(word)) == kProtocols.end())
            return Error{fmt::format("\"{}\" is not a protocol{}; write some of {}, separated by spaces", word,
                                     did_you_mean(word, kProtocols), fmt::join(kProtocols, " "))};
    return fmt::format("{}", fmt::join(words, " "));
}

void close_paths(SettingReader& settings, std::string_view name, const std::string& why, std::string& denied) {
    settings.report(Severity::error, name, with_outcome(why, "Every path of this Ingress answers 503"),
                    name == "proxy-ssl-secret" ? "ProxySslSecretRefused" : "InvalidValue");
    if (denied.empty()) denied = fmt::format("annotation {}: {}", name, why);
}

/// With a Secret whoever writes it wants the endpoints judged: ingress-nginx takes any other word than "on" for off.
void read_verify(SettingReader& settings, bool& verify, std::string& denied) {
    const auto text = settings.find("proxy-ssl-verify");
    if (!text) return;
    if (const auto parsed = parse_on_off(*text))
        verify = *parsed;
    else
        close_paths(settings, "proxy-ssl-verify", parsed.error().message, denied);
}

/// Whoever writes proxy-ssl-verify believes that something is verified.
void report_lack_of_secret(SettingReader& settings) {
    for (const auto name : kNeedSecret)
        if (settings.find(name))
            settings.report(Severity::warning, name,
                            "has no effect without proxy-ssl-secret; name a Secret with ca.crt "
                            "there. Certificates of endpoints are not verified",
                            "AnnotationWithoutEffect");
}

}  // namespace

std::optional<UpstreamTlsSettings> read_upstream_tls(SettingReader& settings, const References& references,
                                                     std::string& denied) {
    const auto text = settings.find("proxy-ssl-secret");
    UpstreamTlsSettings result;
    if (text) read_verify(settings, result.verify, denied);
    settings.read("proxy-ssl-verify-depth", result.verify_depth,
                  [](std::string_view number) { return parse_integer(number, 0, 100); });
    settings.read("proxy-ssl-name", result.name, parse_name);
    settings.read("proxy-ssl-server-name", result.server_name, parse_on_off);
    settings.read("proxy-ssl-ciphers", result.ciphers, parse_cipher_list);
    settings.read("proxy-ssl-protocols", result.protocols, parse_protocol_list);
    if (!text) {
        report_lack_of_secret(settings);
        return std::nullopt;
    }
    auto secret =
        text->find('/') == std::string_view::npos
            ? Result<k8s::ObjectName>(Error{fmt::format("\"{}\" names no Secret; write namespace/name", *text)})
            : references.resolve(*text);
    if (!secret) {
        close_paths(settings, "proxy-ssl-secret", secret.error().message, denied);
        return std::nullopt;
    }
    if (result.verify && !settings.find("proxy-ssl-name"))
        settings.report(Severity::warning, "proxy-ssl-verify",
                        fmt::format("compares certificates with the name \"{}\", as ingress-nginx does, and so refuses "
                                    "all of them; add proxy-ssl-name with a name of the endpoints' certificate",
                                    result.name),
                        "ProxySslNameMissing");
    result.secret = *std::move(secret);
    return result;
}

}  // namespace fairway::ingress
