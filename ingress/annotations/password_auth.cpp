// auth-type, auth-secret, auth-secret-type and auth-realm. What is wrong closes the paths.
#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/policies.hpp"
#include "routing/policy/basic_auth.hpp"

namespace fairway::ingress {

namespace {

using Users = std::vector<routing::BasicAuth::User>;

constexpr std::string_view kFileKey = "auth";
constexpr std::size_t kDigestDigits = 32;

/// A user as a line of the file, or an entry of the map, has it. Nothing: it is none.
std::optional<routing::BasicAuth::User> make_user(std::string_view name, std::string_view rest,
                                                  const routing::BasicAuth& auth) {
    if (name.empty()) return std::nullopt;
    // htpasswd: name:hash; what follows a second ':' or a '#' is a comment (nginx: ngx_http_auth_basic_module).
    if (auth.scheme == routing::AuthScheme::basic) {
        const auto hash = ascii::trim(rest.substr(0, rest.find_first_of(":#")));
        if (hash.empty()) return std::nullopt;
        return routing::BasicAuth::User{std::string(name), std::string(hash)};
    }
    // htdigest: name:realm:HA1.
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos || rest.substr(0, colon) != auth.realm) return std::nullopt;
    const auto digits = ascii::trim(rest.substr(colon + 1));
    if (digits.size() != kDigestDigits || !std::ranges::all_of(digits, [](char c) { return ascii::hex_value(c) >= 0; }))
        return std::nullopt;
    return routing::BasicAuth::User{std::string(name), ascii::lower_copy(digits)};
}

/// Lines that hold no user are counted: their text may be a secret.
Users users_of_file(std::string_view text, const routing::BasicAuth& auth, std::size_t& bad) {
    Users users;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = ascii::trim(line);
        if (line.empty() || line.starts_with('#')) continue;
        const auto colon = line.find(':');
        auto user = colon == std::string_view::npos ? std::nullopt
                                                    : make_user(line.substr(0, colon), line.substr(colon + 1), auth);
        if (user)
            users.push_back(*std::move(user));
        else
            ++bad;
    }
    return users;
}

Users users_of_map(const k8s::Secret& secret, const routing::BasicAuth& auth, std::size_t& bad) {
    Users users;
    for (const auto& [name, value] : secret.data) {
        std::string_view text = value;
        while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
        if (auto user = make_user(name, text, auth))
            users.push_back(*std::move(user));
        else
            ++bad;
    }
    return users;
}

/// Reference 3.7: a file without good lines is no reason to close the paths; nobody gets in.
void report_users(SettingReader& settings, std::string_view secret, const routing::BasicAuth& auth, std::size_t bad) {
    const bool digest = auth.scheme == routing::AuthScheme::digest;
    const std::string form = digest ? fmt::format("name:{}:HA1, as htdigest writes it for this auth-realm", auth.realm)
                                    : std::string("name:hash, as htpasswd writes it");
    if (bad != 0)
        settings.report(Severity::warning, "auth-secret",
                        fmt::format("Secret {} has {} line{} that name{} no user; write {}. They let nobody in", secret,
                                    bad, bad == 1 ? "" : "s", bad == 1 ? "s" : "", form),
                        "AuthSecretLines");
    if (auth.users.empty())
        settings.report(Severity::warning, "auth-secret",
                        fmt::format("Secret {} has no user; write {}. Every request answers 401", secret, form),
                        "AuthSecretEmpty");
}

Result<void> read_users(SettingReader& settings, References& references, bool map, routing::BasicAuth& auth) {
    const auto name = settings.find("auth-secret");
    if (!name) return Error{"is missing beside auth-type; name a Secret with users"};
    const auto secret = references.secret(*name);
    if (!secret) return secret.error();
    std::size_t bad = 0;
    if (map) {
        auth.users = users_of_map(**secret, auth, bad);
    } else {
        const auto file = (*secret)->data.find(std::string(kFileKey));
        if (file == (*secret)->data.end())
            return Error{
                fmt::format("Secret {} has no key \"{}\"; put an htpasswd file there, or write auth-secret-type: "
                            "auth-map for one key for each user",
                            (*secret)->meta.name.to_string(), kFileKey)};
        auth.users = users_of_file(file->second, auth, bad);
    }
    std::ranges::stable_sort(auth.users, {}, &routing::BasicAuth::User::name);
    const auto repeated = std::ranges::unique(auth.users, {}, &routing::BasicAuth::User::name);
    auth.users.erase(repeated.begin(), repeated.end());
    report_users(settings, (*secret)->meta.name.to_string(), auth, bad);
    return {};
}

void report_lack_of_type(SettingReader& settings) {
    for (const std::string_view name : {"auth-secret", "auth-secret-type", "auth-realm"})
        if (settings.find(name))
            settings.report(Severity::warning, name,
                            "has no effect without auth-type; write auth-type: basic. No password is asked for",
                            "AnnotationWithoutEffect");
}

}  // namespace

std::optional<routing::BasicAuth> read_password_auth(SettingReader& settings, References& references,
                                                     std::string& denied) {
    const auto type = settings.find("auth-type");
    if (!type) {
        report_lack_of_type(settings);
        return std::nullopt;
    }
    routing::BasicAuth auth;
    const auto close = [&](std::string_view name, std::string_view why) {
        close_paths(settings, name, why, denied);
        return std::nullopt;
    };
    if (*type != "basic" && *type != "digest")
        return close("auth-type", fmt::format("\"{}\" is neither basic nor digest", *type));
    auth.scheme = *type == "digest" ? routing::AuthScheme::digest : routing::AuthScheme::basic;
    const auto form = settings.find("auth-secret-type").value_or("auth-file");
    if (form != "auth-file" && form != "auth-map")
        return close("auth-secret-type", fmt::format("\"{}\" is neither auth-file nor auth-map", form));
    auth.realm = settings.find("auth-realm").value_or("");
    // Reference 3.1: basic characters and the space. A quote would end the realm in WWW-Authenticate.
    if (!std::ranges::all_of(auth.realm, [](char c) {
            return ascii::is_alnum(c) || std::string_view("-._~/: ").find(c) != std::string_view::npos;
        }))
        return close(
            "auth-realm",
            fmt::format("\"{}\" holds other characters than letters, digits, space and - . _ ~ / :", auth.realm));
    if (const auto users = read_users(settings, references, form == "auth-map", auth); !users)
        return close("auth-secret", users.error().message);
    return auth;
}

}  // namespace fairway::ingress
