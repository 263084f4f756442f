#include "ingress/annotations/snippet_advice.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "ingress/annotations/nginx_text.hpp"
#include "ingress/values.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::ingress {

namespace {

constexpr std::size_t kMostDirectives = 64;
constexpr std::size_t kLongestValue = 512;

/// What the words of a directive become as a value.
enum class Form : std::uint8_t {
    words,    ///< as they are, with spaces between
    seconds,  ///< nginx time, as whole seconds
    on_off,   ///< on or off, as true or false
    first,    ///< the first word
};

struct Replacement {
    std::string_view directive;
    std::string_view setting;
    Form form = Form::words;
    bool is_key = false;  ///< of the ConfigMap
};

/// Directives whose place one annotation or key takes with the same value.
constexpr Replacement kReplacements[] = {
    {"access_log", "enable-access-log", Form::on_off},
    {"brotli", "enable-brotli", Form::on_off, true},
    {"client_body_buffer_size", "client-body-buffer-size", Form::words},
    {"client_body_timeout", "client-body-timeout", Form::seconds, true},
    {"client_header_timeout", "client-header-timeout", Form::seconds, true},
    {"client_max_body_size", "proxy-body-size", Form::words},
    {"fastcgi_connect_timeout", "proxy-connect-timeout", Form::seconds},
    {"fastcgi_index", "fastcgi-index", Form::words},
    {"fastcgi_next_upstream", "proxy-next-upstream", Form::words},
    {"fastcgi_read_timeout", "proxy-read-timeout", Form::seconds},
    {"fastcgi_send_timeout", "proxy-send-timeout", Form::seconds},
    {"gzip", "use-gzip", Form::on_off, true},
    {"gzip_types", "gzip-types", Form::words, true},
    {"keepalive_requests", "keep-alive-requests", Form::words, true},
    {"keepalive_timeout", "keep-alive", Form::seconds, true},
    {"large_client_header_buffers", "large-client-header-buffers", Form::words, true},
    {"limit_rate", "limit-rate", Form::words},
    {"limit_rate_after", "limit-rate-after", Form::words},
    {"more_clear_headers", "hide-headers", Form::words, true},
    {"proxy_buffer_size", "proxy-buffer-size", Form::words},
    {"proxy_buffering", "proxy-buffering", Form::words},
    {"proxy_buffers", "proxy-buffers-number", Form::first},
    {"proxy_busy_buffers_size", "proxy-busy-buffers-size", Form::words},
    {"proxy_connect_timeout", "proxy-connect-timeout", Form::seconds},
    {"proxy_cookie_domain", "proxy-cookie-domain", Form::words},
    {"proxy_cookie_path", "proxy-cookie-path", Form::words},
    {"proxy_hide_header", "hide-headers", Form::words, true},
    {"proxy_http_version", "proxy-http-version", Form::words},
    {"proxy_max_temp_file_size", "proxy-max-temp-file-size", Form::words},
    {"proxy_next_upstream", "proxy-next-upstream", Form::words},
    {"proxy_next_upstream_timeout", "proxy-next-upstream-timeout", Form::seconds},
    {"proxy_next_upstream_tries", "proxy-next-upstream-tries", Form::words},
    {"proxy_read_timeout", "proxy-read-timeout", Form::seconds},
    {"proxy_request_buffering", "proxy-request-buffering", Form::words},
    {"proxy_send_timeout", "proxy-send-timeout", Form::seconds},
    {"proxy_ssl_ciphers", "proxy-ssl-ciphers", Form::words},
    {"proxy_ssl_name", "proxy-ssl-name", Form::words},
    {"proxy_ssl_protocols", "proxy-ssl-protocols", Form::words},
    {"proxy_ssl_server_name", "proxy-ssl-server-name", Form::words},
    {"proxy_ssl_verify", "proxy-ssl-verify", Form::words},
    {"proxy_ssl_verify_depth", "proxy-ssl-verify-depth", Form::words},
    {"satisfy", "satisfy", Form::words},
    {"send_timeout", "proxy-send-timeout", Form::seconds},
    {"server_name", "server-alias", Form::words},
    {"ssl_ciphers", "ssl-ciphers", Form::words},
    {"ssl_prefer_server_ciphers", "ssl-prefer-server-ciphers", Form::on_off},
    {"ssl_protocols", "ssl-protocols", Form::words, true},
    {"underscores_in_headers", "enable-underscores-in-headers", Form::on_off, true},
    {"zstd", "enable-zstd", Form::on_off, true},
};

std::optional<std::string> value_of(const NginxDirective& directive, Form form) {
    if (directive.words.size() < 2) return std::nullopt;
    const auto& first = directive.words[1];
    switch (form) {
        case Form::words: return fmt::format("{}", fmt::join(directive.words.begin() + 1, directive.words.end(), " "));
        case Form::first: return first;
        case Form::on_off: return first == "off" ? "false" : first == "on" ? "true" : std::optional<std::string>();
        case Form::seconds:
            if (const auto time = parse_duration(first)) return fmt::format("{}", time->count());
            return std::nullopt;
    }
    return std::nullopt;
}

class Adviser {
public:
    explicit Adviser(std::string_view prefix) : prefix_(prefix) {}

    void look_at(const std::vector<NginxDirective>& directives) {
        for (const auto& directive : directives)
            if (!replace_one(directive) && !replace_fields(directive) && !replace_access(directive) &&
                !replace_redirect(directive) && !replace_condition(directive))
                remember(advice_.unmatched, k8s::printable(directive.words[0]));
    }

    SnippetAdvice take() {
        if (!denied_.empty()) annotate("denylist-source-range", fmt::format("{}", fmt::join(denied_, ",")));
        if (!allowed_.empty()) annotate("allowlist-source-range", fmt::format("{}", fmt::join(allowed_, ",")));
        if (!response_fields_.empty()) {
            annotate("custom-headers", "NAMESPACE/NAME of a ConfigMap with the data " + response_fields_);
            key("global-allowed-response-headers", fmt::format("{}", fmt::join(response_names_, ",")));
        }
        if (!params_.empty()) annotate("fastcgi-params-configmap", "NAME of a ConfigMap with the data " + params_);
        if (!request_fields_.empty())
            key("proxy-set-headers", "NAMESPACE/NAME of a ConfigMap with the data " + request_fields_);
        return std::move(advice_);
    }

private:
    static void remember(std::vector<std::string>& lines, std::string line) {
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
    static std::string pair(std::string_view name, std::string_view value) {
        return fmt::format("{}: {}", name, boost::json::serialize(boost::json::value(value.substr(0, kLongestValue))));
    }
    void annotate(std::string_view name, std::string_view value) {
        remember(advice_.annotations, fmt::format("{}/{}", prefix_, pair(name, value)));
    }
    void key(std::string_view name, std::string_view value) { remember(advice_.keys, pair(name, value)); }

    bool replace_one(const NginxDirective& directive) {
        const auto found = std::ranges::find(kReplacements, directive.words[0], &Replacement::directive);
        if (found == std::end(kReplacements)) return false;
        const auto value = value_of(directive, found->form);
        if (!value) return false;
        found->is_key ? key(found->setting, *value) : annotate(found->setting, *value);
        return true;
    }

    /// Fields of the request and of the response, and parameters of FastCGI.
    bool replace_fields(const NginxDirective& directive) {
        const auto& words = directive.words;
        if (words[0] == "proxy_set_header" && words.size() == 3) {
            if (ascii::iequals(words[1], "Host"))
                annotate("upstream-vhost", words[2]);
            else
                add_pair(request_fields_, words[1], words[2]);
            return true;
        }
        if (words[0] == "fastcgi_pass") return annotate("backend-protocol", "FCGI"), true;
        if (words[0] == "fastcgi_param" && words.size() >= 3) return add_pair(params_, words[1], words[2]), true;
        if (words[0] == "add_header" && words.size() >= 3) {
            add_response_field(words[1], words[2]);
            return true;
        }
        if (words[0] != "more_set_headers" || words.size() < 2) return false;
        for (std::size_t i = 1; i < words.size(); ++i)
            if (const auto colon = words[i].find(':'); colon != std::string::npos && words[i][0] != '-')
                add_response_field(words[i].substr(0, colon),
                                   ascii::trim(std::string_view(words[i]).substr(colon + 1)));
        return true;
    }
    void add_response_field(std::string_view name, std::string_view value) {
        add_pair(response_fields_, name, value);
        response_names_.emplace_back(name);
    }
    static void add_pair(std::string& fields, std::string_view name, std::string_view value) {
        fields += fmt::format("{}{}", fields.empty() ? "" : ", ", pair(name, value));
    }

    bool replace_access(const NginxDirective& directive) {
        const auto& words = directive.words;
        if (words.size() < 2) return false;
        if (words[0] == "allow" && words[1] != "all") return allowed_.push_back(words[1]), true;
        if (words[0] == "allow") return true;
        // "deny all" behind "allow" is what an allow list does by itself.
        if (words[0] == "deny" && words[1] == "all" && !allowed_.empty()) return true;
        if (words[0] == "deny") return denied_.emplace_back(words[1] == "all" ? "0.0.0.0/0,::/0" : words[1]), true;
        if (words[0] == "auth_request" && words[1] != "off") return annotate("auth-url", "http://HOST/PATH"), true;
        if (words[0] != "auth_basic" || words[1] == "off") return false;
        annotate("auth-type", "basic");
        annotate("auth-realm", words[1]);
        annotate("auth-secret", "NAME of a Secret with the key auth");
        return true;
    }

    bool replace_redirect(const NginxDirective& directive) {
        const auto& words = directive.words;
        if (words[0] == "return" && words.size() == 3 && (words[1] == "301" || words[1] == "308")) {
            annotate("permanent-redirect", words[2]);
            if (words[1] == "308") annotate("permanent-redirect-code", words[1]);
            return true;
        }
        if (words[0] == "return" && words.size() == 3 && (words[1] == "302" || words[1] == "307")) {
            annotate("temporal-redirect", words[2]);
            if (words[1] == "307") annotate("temporal-redirect-code", words[1]);
            return true;
        }
        if (words[0] == "return" && words.size() == 2 && words[1] == "403")
            return denied_.emplace_back("0.0.0.0/0,::/0"), true;
        if (words[0] == "proxy_redirect" && words.size() == 3) {
            annotate("proxy-redirect-from", words[1]);
            annotate("proxy-redirect-to", words[2]);
            return true;
        }
        const bool rewrites = words[0] == "rewrite" && words.size() >= 3;
        if (!rewrites) return false;
        if (const bool redirects = words.back() == "permanent" || words.back() == "redirect"; redirects) return false;
        annotate("rewrite-target", words[2]);
        annotate("use-regex", "true");
        remember(advice_.annotations,
                 fmt::format("path {} with pathType ImplementationSpecific", pair("", words[1]).substr(2)));
        return true;
    }

    /// "if" of the kinds that have a setting.
    bool replace_condition(const NginxDirective& directive) {
        if (directive.words[0] != "if" || directive.block.size() != 1 || directive.words.size() < 3) return false;
        const auto& inside = directive.block[0].words;
        std::string subject = directive.words[1];
        std::erase(subject, '(');
        std::string pattern = directive.words.back();
        if (pattern.ends_with(')')) pattern.pop_back();
        const bool forbids = inside.size() == 2 && inside[0] == "return" && inside[1] == "403";
        const auto& sign = directive.words.size() >= 4 ? directive.words[2] : directive.words[1];
        const auto prefix = sign.starts_with('~') ? sign : std::string();
        if (forbids && subject == "$http_user_agent") return key("block-user-agents", prefix + pattern), true;
        if (forbids && subject == "$http_referer") return key("block-referers", prefix + pattern), true;
        const bool to_tls = inside.size() == 3 && inside[0] == "return" && inside[2].starts_with("https://$");
        if (!to_tls || (subject != "$scheme" && subject != "$http_x_forwarded_proto")) return false;
        annotate("force-ssl-redirect", "true");
        return true;
    }

    std::string_view prefix_;
    SnippetAdvice advice_;
    std::vector<std::string> allowed_;
    std::vector<std::string> denied_;
    std::string response_fields_;  ///< pairs of a ConfigMap
    std::vector<std::string> response_names_;
    std::string request_fields_;
    std::string params_;  ///< of FastCGI
};

}  // namespace

std::string SnippetAdvice::to_string() const {
    std::string text;
    if (!annotations.empty()) text += fmt::format(" Write in its place {}.", fmt::join(annotations, "; "));
    if (!keys.empty())
        text += fmt::format(" In the controller's ConfigMap, for all Ingresses: {}.", fmt::join(keys, "; "));
    if (!unmatched.empty()) text += fmt::format(" Nothing stands for {}.", fmt::join(unmatched, ", "));
    return text;
}

SnippetAdvice advise_on_snippet(std::string_view snippet, std::string_view prefix) {
    Adviser adviser(prefix);
    adviser.look_at(parse_nginx_text(snippet, kMostDirectives));
    return adviser.take();
}

}  // namespace fairway::ingress
