#include "ingress/acceptance.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/snippet_advice.hpp"

namespace fairway::ingress {

namespace {

/// ingress-nginx's inspector: `word` with a semicolon anywhere behind it, as of a directive.
bool holds_directive(std::string_view text, std::string_view word) {
    const auto at = text.find(word);
    return at != std::string_view::npos && text.find(';', at + word.size()) != std::string_view::npos;
}

bool looks_like_attack(std::string_view text) {
    constexpr std::string_view kWords[] = {
        "/etc/passwd",      "/etc/shadow", "/etc/group", "/etc/nginx", "/etc/ingress-controller",
        "/var/run/secrets", "_by_lua"};
    return holds_directive(text, "alias") || holds_directive(text, "root") ||
           std::ranges::any_of(kWords, [&](auto word) { return text.find(word) != std::string_view::npos; });
}

Refusal attack(const k8s::Ingress& ingress, std::string_view what, std::string_view detail, const std::string& value) {
    return {.field = {},
            .message = fmt::format("invalid {} {}: {}invalid value found: {}", what, ingress.meta.name.to_string(),
                                   detail, value),
            .reason = "SuspiciousValue"};
}

/// Calls `visit` with the full name, the name without prefix and the value of each annotation, until it finds something.
template <class Visit>
std::optional<Refusal> find_annotation_where(const k8s::Ingress& ingress, std::string_view prefix, Visit visit) {
    const auto beginning = fmt::format("{}/", prefix);
    for (auto at = ingress.meta.annotations.lower_bound(beginning);
         at != ingress.meta.annotations.end() && at->first.starts_with(beginning); ++at)
        if (auto refusal = visit(at->first, std::string_view(at->first).substr(beginning.size()), at->second))
            return refusal;
    return std::nullopt;
}

std::string field_of(std::string_view name) { return fmt::format("annotation {}", name); }

/// What ingress-nginx says, and what to write in place of the snippet.
std::string with_advice(std::string message, std::string_view name, std::string_view value, std::string_view prefix) {
    if (name == "modsecurity-snippet")
        return message + ". Rules for every Ingress may stand in the ConfigMap key modsecurity-snippet";
    if (!name.ends_with("-snippet")) return message;
    message += '.' + advise_on_snippet(value, prefix).to_string();
    while (message.ends_with('.')) message.pop_back();  // whoever goes on begins a sentence
    return message;
}

/// Names, or beginnings of names that end with '*'; the first that fits counts.
struct GroupRow {
    std::string_view name;
    std::string_view group;
};
constexpr GroupRow kGroups[] = {
    {"auth-realm", "BasicDigestAuth"},
    {"auth-secret*", "BasicDigestAuth"},
    {"auth-type", "BasicDigestAuth"},
    {"auth-tls-*", "CertificateAuth"},
    {"auth-*", "ExternalAuth"},
    {"allowlist-source-range", "Allowlist"},
    {"whitelist-source-range", "Allowlist"},
    {"denylist-source-range", "Denylist"},
    {"affinity*", "SessionAffinity"},
    {"session-cookie-*", "SessionAffinity"},
    {"app-root", "Rewrite"},
    {"force-ssl-redirect", "Rewrite"},
    {"preserve-trailing-slash", "Rewrite"},
    {"rewrite-target", "Rewrite"},
    {"ssl-redirect", "Rewrite"},
    {"use-regex", "Rewrite"},
    {"backend-protocol", "BackendProtocol"},
    {"canary*", "Canary"},
    {"client-body-buffer-size", "ClientBodyBufferSize"},
    {"configuration-snippet", "ConfigurationSnippet"},
    {"connection-proxy-header", "Connection"},
    {"cors-*", "CorsConfig"},
    {"enable-cors", "CorsConfig"},
    {"custom-headers", "CustomHeaders"},
    {"custom-http-errors", "CustomHTTPErrors"},
    {"default-backend", "DefaultBackend"},
    {"disable-proxy-intercept-errors", "DisableProxyInterceptErrors"},
    {"enable-access-log", "Logs"},
    {"enable-rewrite-log", "Logs"},
    {"enable-global-auth", "EnableGlobalAuth"},
    {"enable-modsecurity", "ModSecurity"},
    {"enable-owasp-core-rules", "ModSecurity"},
    {"modsecurity-*", "ModSecurity"},
    {"enable-opentelemetry", "Opentelemetry"},
    {"opentelemetry-*", "Opentelemetry"},
    {"fastcgi-*", "FastCGI"},
    {"from-to-www-redirect", "Redirect"},
    {"permanent-redirect*", "Redirect"},
    {"relative-redirects", "Redirect"},
    {"temporal-redirect*", "Redirect"},
    {"http2-push-preload", "HTTP2PushPreload"},
    {"limit-*", "RateLimit"},
    {"load-balance", "LoadBalancing"},
    {"mirror-*", "Mirror"},
    {"proxy-ssl-*", "ProxySSL"},
    {"proxy-*", "Proxy"},
    {"satisfy", "Satisfy"},
    {"server-alias", "Aliases"},
    {"server-snippet", "ServerSnippet"},
    {"service-upstream", "ServiceUpstream"},
    {"ssl-ciphers", "SSLCipher"},
    {"ssl-prefer-server-ciphers", "SSLCipher"},
    {"ssl-passthrough", "SSLPassthrough"},
    {"stream-snippet", "StreamSnippet"},
    {"upstream-hash-by*", "UpstreamHashBy"},
    {"upstream-vhost", "UpstreamVhost"},
    {"use-port-in-redirects", "UsePortInRedirects"},
    {"x-forwarded-prefix", "XForwardedPrefix"},
};

}  // namespace

std::optional<Refusal> find_attack(const k8s::Ingress& ingress) {
    for (const auto& rule : ingress.rules) {
        if (looks_like_attack(rule.host)) return attack(ingress, "host in ingress", "", rule.host);
        for (const auto& path : rule.paths)
            if (looks_like_attack(path.path))
                return attack(ingress, "rule in ingress", "invalid http path: ", path.path);
    }
    for (const auto& tls : ingress.tls) {
        if (looks_like_attack(tls.secret_name)) return attack(ingress, "secret in ingress", "", tls.secret_name);
        for (const auto& host : tls.hosts)
            if (looks_like_attack(host)) return attack(ingress, "host in ingress tls config", "", host);
    }
    return std::nullopt;
}

std::optional<Refusal> find_blocked_word(const k8s::Ingress& ingress, std::string_view prefix,
                                         const AcceptanceRules& rules) {
    if (rules.blocked_words.empty()) return std::nullopt;
    const auto check = [&](const std::string& full_name, std::string_view name,
                           std::string_view value) -> std::optional<Refusal> {
        for (const auto& word : rules.blocked_words)
            if (value.find(word) != std::string_view::npos)
                return Refusal{.field = field_of(name),
                               .message = fmt::format("{} annotation contains invalid word {}", full_name, word),
                               .reason = "BlockedWord"};
        return std::nullopt;
    };
    return find_annotation_where(ingress, prefix, check);
}

std::optional<Refusal> find_snippet(const k8s::Ingress& ingress, std::string_view prefix,
                                    const AcceptanceRules& rules) {
    if (rules.allow_snippets) return std::nullopt;
    const auto check = [&](const std::string& full_name, std::string_view name,
                           std::string_view value) -> std::optional<Refusal> {
        if (!name.ends_with("-snippet")) return std::nullopt;
        auto message =
            full_name + " annotation cannot be used. Snippet directives are disabled by the Ingress administrator";
        return Refusal{.field = field_of(name),
                       .message = with_advice(std::move(message), name, value, prefix),
                       .reason = "SnippetNotSupported"};
    };
    return find_annotation_where(ingress, prefix, check);
}

std::optional<Refusal> find_risky_annotation(const k8s::Ingress& ingress, std::string_view prefix,
                                             const AcceptanceRules& rules) {
    const auto check = [&](const std::string&, std::string_view name,
                           std::string_view value) -> std::optional<Refusal> {
        const auto* row = find_annotation(name);
        if (row == nullptr || row->risk <= rules.risk_level) return std::nullopt;
        auto message = fmt::format("annotation group {} contains risky annotation based on ingress configuration",
                                   annotation_group(name));
        return Refusal{.field = field_of(name),
                       .message = with_advice(std::move(message), name, value, prefix),
                       .reason = "RiskyAnnotation"};
    };
    return find_annotation_where(ingress, prefix, check);
}

Result<Risk> parse_risk(std::string_view text) {
    for (const auto risk : {Risk::low, Risk::medium, Risk::high, Risk::critical})
        if (ascii::iequals(text, to_string(risk))) return risk;
    return Error{fmt::format("\"{}\" is no risk level; write Low, Medium, High or Critical", text)};
}

std::string_view annotation_group(std::string_view name) {
    const auto* const row = std::ranges::find_if(kGroups, [&](const GroupRow& candidate) {
        return candidate.name.ends_with('*') ? name.starts_with(candidate.name.substr(0, candidate.name.size() - 1))
                                             : name == candidate.name;
    });
    return row == std::end(kGroups) ? name : row->group;
}

}  // namespace fairway::ingress
