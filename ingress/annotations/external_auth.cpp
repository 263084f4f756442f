// auth-url and the annotations beside it, and their global-auth-* twins of the ConfigMap.
#include "ingress/external_auth.hpp"

#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::array<std::string_view, 9> kMethods{"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                   "DELETE", "CONNECT", "OPTIONS", "TRACE"};
constexpr std::string_view kNeedUrl[] = {"auth-method",
                                         "auth-signin",
                                         "auth-signin-redirect-param",
                                         "auth-response-headers",
                                         "auth-request-redirect",
                                         "auth-proxy-set-headers",
                                         "auth-cache-key",
                                         "auth-cache-duration",
                                         "auth-always-set-cookie",
                                         "auth-keepalive",
                                         "auth-keepalive-requests",
                                         "auth-keepalive-timeout",
                                         "auth-keepalive-share-vars"};

Result<std::string> parse_method(std::string_view text) {
    if (std::ranges::find(kMethods, text) != kMethods.end()) return std::string(text);
    return Error{fmt::format("\"{}\" is not a method{}; write one of {}", text, did_you_mean(text, kMethods),
                             fmt::join(kMethods, " "))};
}

Result<std::string> parse_plain_url(std::string_view text) {
    constexpr std::string_view kOthers = "-._~/:,?&=%#@!+;()*";
    for (const char c : text)
        if (!ascii::is_alnum(c) && kOthers.find(c) == std::string_view::npos)
            return Error{fmt::format("\"{}\" holds characters that a URL must not have here", text)};
    return std::string(text);
}

/// Fields that say where a message ends, or belong to one connection: another value of them would forge requests.
bool is_framing_field(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Keep-Alive", "TE", "Trailer", "Host"};
    return std::ranges::any_of(kNames, [&](std::string_view known) { return ascii::iequals(known, name); });
}

Result<std::string> parse_response_header(std::string_view name) {
    if (!std::ranges::all_of(name, [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_'; }))
        return Error{fmt::format("\"{}\" is not a field name; write a list like X-Auth-User, X-Auth-Email", name)};
    if (is_framing_field(name)) return Error{fmt::format("{} is no field that an answer may decide", name)};
    return std::string(name);
}

Result<std::vector<std::string>> parse_response_headers(std::string_view text) {
    auto names = split_list(text);
    for (const auto& name : names)
        if (const auto parsed = parse_response_header(name); !parsed) return parsed.error();
    return names;
}

/// "200 202 401 5m, 403 10s". Without statuses a time holds for 200, 301 and 302 (nginx: proxy_cache_valid).
Result<std::vector<routing::ExternalAuth::Lifetime>> parse_cache_durations(std::string_view text) {
    std::vector<routing::ExternalAuth::Lifetime> lifetimes;
    for (const auto& item : split_list(text)) {
        auto words = split_list(item, ' ');
        const auto time = parse_duration(words.back());
        if (!time) return Error{fmt::format("\"{}\": {}", item, time.error().message)};
        words.pop_back();
        routing::ExternalAuth::Lifetime lifetime{{}, *time};
        for (const auto& word : words) {
            const auto status = parse_integer(word, 100, 599);
            if (!status)
                return Error{fmt::format("\"{}\": {}; write statuses and a time, like 200 202 5m", item,
                                         status.error().message)};
            lifetime.statuses.push_back(static_cast<std::uint16_t>(*status));
        }
        if (lifetime.statuses.empty()) lifetime.statuses = {200, 301, 302};
        lifetimes.push_back(std::move(lifetime));
    }
    if (lifetimes.empty()) return Error{fmt::format("\"{}\" names no time; write 200 202 401 5m", text)};
    return lifetimes;
}

bool has_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        if (pair.size() > name.size() + 1 && pair.starts_with(name) && pair[name.size()] == '=') return true;
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
    }
    return false;
}

/// ingress-nginx: buildAuthSignURL(). The page gets the original URL in a parameter, unless it has that already.
Result<routing::TextTemplate> make_signin(std::string_view url, std::string_view parameter) {
    for (const char c : url)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '"')
            return Error{fmt::format("\"{}\" holds white space, quotes or control characters", url)};
    const bool is_url = ascii::iequals(url.substr(0, 7), "http://") || ascii::iequals(url.substr(0, 8), "https://");
    if (!is_url && !url.starts_with('/') && !url.starts_with('$'))
        return Error{fmt::format("\"{}\" is neither a URL nor a path", url)};
    std::string text(url);
    const auto question = url.find('?');
    const auto query = question == std::string_view::npos ? std::string_view() : url.substr(question + 1);
    if (!has_parameter(query, parameter))
        text += fmt::format("{}{}=$pass_access_scheme://$http_host$escaped_request_uri", query.empty() ? "?" : "&",
                            parameter);
    return routing::parse_text_template(text);
}

/// One reader for the annotations and the keys: the names differ by "global-", and a bad value closes the paths of an
/// Ingress, where a global one is left out.
class OptionReader {
public:
    OptionReader(SettingReader& settings, std::string& denied)
        : settings_(settings), denied_(denied), global_(!is_annotation(settings)) {}

    template <class T, class Parse>
    void strictly(std::string_view option, T& target, Parse parse) {
        const auto name = name_of(option);
        if (global_) return settings_.read(name, target, parse);
        const auto text = settings_.find(name);
        if (!text) return;
        if (auto parsed = parse(*text))
            target = *std::move(parsed);
        else
            close_paths(settings_, name, parsed.error().message, denied_);
    }

    void read_into(routing::ExternalAuth& policy) {
        strictly("auth-method", policy.method, parse_method);
        policy.sets_method = settings_.find(name_of("auth-method")).has_value();
        // A name that is left out is one that clients may forge: only that one.
        if (global_)
            settings_.read_items(name_of("auth-response-headers"), policy.response_headers, parse_response_header);
        else
            strictly("auth-response-headers", policy.response_headers, parse_response_headers);
        std::string redirect;
        strictly("auth-request-redirect", redirect, parse_plain_url);
        if (!redirect.empty()) policy.request_redirect = std::move(redirect);
        strictly("auth-always-set-cookie", policy.always_set_cookie, parse_bool);
        policy.lifetimes = *parse_cache_durations("200 202 401 5m");
        strictly("auth-cache-duration", policy.lifetimes, parse_cache_durations);
        read_cache_key(policy);
        read_signin(policy);
    }

private:
    std::string name_of(std::string_view option) const { return (global_ ? "global-" : "") + std::string(option); }

    void read_cache_key(routing::ExternalAuth& policy) {
        const auto name = name_of("auth-cache-key");
        const auto text = settings_.find(name);
        if (!text) return;
        if (auto key = routing::parse_text_template(*text))
            policy.cache_key = *std::move(key);
        else
            settings_.refuse(name, key.error().message + ". Answers are not kept");
    }

    void read_signin(routing::ExternalAuth& policy) {
        std::string parameter = "rd";
        settings_.read(name_of("auth-signin-redirect-param"), parameter, parse_plain_url);
        const auto name = name_of("auth-signin");
        const auto url = settings_.find(name);
        if (!url) return;
        if (auto signin = make_signin(*url, parameter))
            policy.signin = *std::move(signin);
        else
            settings_.refuse(name, signin.error().message + ". Clients get a 401 and no redirect");
    }

    SettingReader& settings_;
    std::string& denied_;
    bool global_;
};

std::optional<ExternalAuthSettings> read_url(SettingReader& settings, std::string_view name, std::string& denied) {
    const auto text = settings.find(name);
    if (!text) return std::nullopt;
    const auto refuse = [&](std::string_view why) {
        close_paths(settings, name, why, denied);
        return std::nullopt;
    };
    if (text->find("..") != std::string_view::npos) return refuse(fmt::format("\"{}\" holds \"..\"", *text));
    auto url = parse_server_url(*text);
    if (!url) return refuse(url.error().message);
    auto target = routing::parse_text_template(url->path_and_query);
    if (!target) return refuse(target.error().message);
    ExternalAuthSettings result;
    result.url = *std::move(url);
    result.policy.url = std::string(*text);
    result.policy.target = *std::move(target);
    result.global = !is_annotation(settings);
    return result;
}

/// auth-proxy-set-headers: each key of the ConfigMap is a field.
Result<std::vector<routing::ExternalAuth::Field>> read_fields(std::string_view name, References& references) {
    const auto map = references.config_map(name);
    if (!map) return map.error();
    std::vector<routing::ExternalAuth::Field> fields;
    for (const auto& [key, value] : (*map)->data) {
        auto field = parse_field_name(key);
        if (!field) return field.error();
        if (is_framing_field(key) && !ascii::iequals(key, "Host"))
            return Error{fmt::format("ConfigMap {} sets {}, which is not a field to be chosen", name, key)};
        auto text = routing::parse_text_template(ascii::trim(value));
        if (!text) return Error{fmt::format("ConfigMap {} key {}: {}", name, key, text.error().message)};
        fields.push_back({*std::move(field), *std::move(text)});
    }
    return fields;
}

void read_keepalive(SettingReader& settings, routing::ExternalAuth::Keepalive& keepalive) {
    settings.read("auth-keepalive", keepalive.connections,
                  [](std::string_view text) { return parse_integer(text, 0, 100'000); });
    settings.read("auth-keepalive-requests", keepalive.requests,
                  [](std::string_view text) { return parse_integer(text, 1, 1'000'000'000); });
    settings.read("auth-keepalive-timeout", keepalive.idle_timeout,
                  [](std::string_view text) { return parse_seconds(text, 1); });
    bool share_variables = false;  // variables are those of the client's request anyway
    settings.read("auth-keepalive-share-vars", share_variables, parse_bool);
}

void report_lack_of_url(SettingReader& settings) {
    for (const auto name : kNeedUrl)
        if (settings.find(name))
            settings.report(Severity::warning, name, "has no effect without auth-url; write auth-url as well",
                            "AnnotationWithoutEffect");
}

}  // namespace

std::optional<ExternalAuthSettings> read_external_auth(SettingReader& settings, References& references,
                                                       const std::optional<ExternalAuthSettings>& global,
                                                       std::string& denied) {
    bool takes_global = true;
    settings.read("enable-global-auth", takes_global, parse_bool);
    if (!settings.find("auth-url")) {
        report_lack_of_url(settings);
        return takes_global ? global : std::nullopt;
    }
    auto result = read_url(settings, "auth-url", denied);
    if (!result) return std::nullopt;
    OptionReader(settings, denied).read_into(result->policy);
    OptionReader(settings, denied)
        .strictly("auth-proxy-set-headers", result->policy.fields,
                  [&](std::string_view name) { return read_fields(name, references); });
    read_keepalive(settings, result->policy.keepalive);
    return result;
}

std::optional<ExternalAuthSettings> read_global_auth(SettingReader& settings, std::string& denied) {
    auto result = read_url(settings, "global-auth-url", denied);
    if (result) OptionReader(settings, denied).read_into(result->policy);
    return result;
}

}  // namespace fairway::ingress
