#include "ingress/admission/check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/parse.hpp"
#include "ingress/host_name.hpp"
#include "ingress/ingress_class.hpp"
#include "ingress/path_syntax.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// Annotations whose bad values ingress-nginx refuses with the Ingress (outcome R of the reference). Bad values of all others
/// are replaced by their defaults, and so only warned of.
constexpr std::string_view kStrictValues[] = {"auth-realm",
                                              "auth-secret-type",
                                              "auth-tls-error-page",
                                              "auth-tls-match-cn",
                                              "auth-tls-pass-certificate-to-upstream",
                                              "auth-tls-secret",
                                              "auth-type",
                                              "auth-url",
                                              "client-body-buffer-size",
                                              "connection-proxy-header",
                                              "custom-http-errors",
                                              "default-backend",
                                              "fastcgi-index",
                                              "fastcgi-params-configmap",
                                              "from-to-www-redirect",
                                              "http2-push-preload",
                                              "limit-allowlist",
                                              "limit-connections",
                                              "limit-rpm",
                                              "limit-rps",
                                              "limit-whitelist",
                                              "load-balance",
                                              "opentelemetry-operation-name",
                                              "permanent-redirect",
                                              "permanent-redirect-code",
                                              "proxy-ssl-secret",
                                              "relative-redirects",
                                              "server-alias",
                                              "ssl-ciphers",
                                              "ssl-passthrough",
                                              "temporal-redirect",
                                              "temporal-redirect-code",
                                              "upstream-hash-by",
                                              "upstream-hash-by-subset",
                                              "upstream-hash-by-subset-size",
                                              "upstream-vhost",
                                              "x-forwarded-prefix"};
static_assert(std::ranges::is_sorted(kStrictValues));

constexpr std::string_view kFieldPrefix = "annotation ";

/// "annotation NAME": the name; empty for other fields.
std::string_view annotation_of(const Diagnostic& diagnostic) {
    const std::string_view field = diagnostic.field;
    return field.starts_with(kFieldPrefix) ? field.substr(kFieldPrefix.size()) : std::string_view();
}

/// Whether the object that the diagnostic misses may be stored later: Ingresses are applied before their Services, Secrets
/// and ConfigMaps as often as after them.
bool waits_for_another(const Diagnostic& diagnostic) { return diagnostic.reason.ends_with("NotFound"); }

std::string describe(const Diagnostic& diagnostic) {
    return diagnostic.field.empty() ? diagnostic.message : fmt::format("{}: {}", diagnostic.field, diagnostic.message);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : ascii::hex_value(text[i]) < 0) return false;
    }
    return true;
}

bool is_canary(const k8s::Ingress& ingress, const std::string& prefix) {
    const auto found = ingress.meta.annotations.find(prefix + "/canary");
    if (found == ingress.meta.annotations.end()) return false;
    const auto value = parse_bool(ascii::trim(found->second));
    return value && *value;
}

std::string_view text_of(const k8s::IngressPath& path) { return path.path.empty() ? std::string_view("/") : path.path; }

/// Whether the path of another Ingress is that text. A Prefix is the path with a final slash, too.
bool occupies(const k8s::IngressPath& path, std::string_view text) {
    const auto own = text_of(path);
    if (own == text) return true;
    return path.type != k8s::PathType::exact && !own.ends_with('/') && text.ends_with('/') &&
           text.substr(0, text.size() - 1) == own;
}

class Check {
public:
    Check(const ObjectPtr& object, const Translator& translator)
        : object_(object),
          ingress_(*object_as<k8s::Ingress>(object)),
          translator_(translator),
          options_(translator.options()),
          rules_(translator.settings().acceptance) {}

    Verdict run() {
        if (ingress_.meta.deletion_time) return {};
        if (options_.deep_inspect)
            if (const auto attack = find_attack(ingress_)) return {.denial = "invalid object: " + attack->message};
        if (!is_ours()) return {};
        warn_of_deprecated();
        const auto paths = doubtful_paths();
        verdict_.warnings.insert(verdict_.warnings.end(), paths.begin(), paths.end());
        verdict_.denial = denial(paths);
        return std::move(verdict_);
    }

private:
    bool is_ours() const {
        auto options = options_;
        options.disable_catch_all = false;  // a check of its own
        return decide_class(ingress_, translator_.sources().store, options).ours;
    }

    /// The first check that fails, in its words; empty: none.
    std::string denial(const std::vector<std::string>& paths) {
        if (options_.disable_catch_all && ingress_.default_backend)
            return "this deployment is trying to create a catch-all ingress while DisableCatchAll flag is set to true. "
                   "Remove '.spec.defaultBackend' or set DisableCatchAll flag to false.";
        if (!ingress_.meta.uid.empty() && !is_uuid(ingress_.meta.uid))
            return "ingress has invalid UID: " + ingress_.meta.uid;
        if (translator_.settings().strict_path_types && !paths.empty())
            return fmt::format("ingress contains invalid paths: {}", fmt::join(paths, "\n"));
        if (const auto foreign = foreign_prefix(); !foreign.empty()) return foreign;
        for (const auto find : {find_blocked_word, find_snippet, find_risky_annotation})
            if (const auto refusal = find(ingress_, options_.annotations_prefix, rules_)) return refusal->message;
        const auto diagnostics = translator_.try_out(object_);
        if (auto denied = bad_value(diagnostics); !denied.empty()) return denied;
        if (auto denied = conflict(); !denied.empty()) return denied;
        return own_error(diagnostics);
    }

    std::vector<std::string> doubtful_paths() const {
        std::vector<std::string> found;
        for (const auto& rule : ingress_.rules)
            for (const auto& path : rule.paths)
                if (path.type != k8s::PathType::implementation_specific && !path.path.empty() &&
                    !is_plain_path(path.path))
                    found.push_back(fmt::format("path {} cannot be used with pathType {}", path.path,
                                                path.type == k8s::PathType::exact ? "Exact" : "Prefix"));
        return found;
    }

    std::string foreign_prefix() const {
        if (options_.annotations_prefix == kDefaultAnnotationsPrefix) return {};
        const auto beginning = fmt::format("{}/", kDefaultAnnotationsPrefix);
        const auto found = ingress_.meta.annotations.lower_bound(beginning);
        if (found == ingress_.meta.annotations.end() || !found->first.starts_with(beginning)) return {};
        return fmt::format("this deployment has a custom annotation prefix defined. Use '{}' instead of '{}'",
                           options_.annotations_prefix, kDefaultAnnotationsPrefix);
    }

    void warn_of_deprecated() {
        const auto beginning = options_.annotations_prefix + "/";
        for (auto at = ingress_.meta.annotations.lower_bound(beginning);
             at != ingress_.meta.annotations.end() && at->first.starts_with(beginning); ++at) {
            const auto name = std::string_view(at->first).substr(beginning.size());
            if (name != "enable-influxdb" && name != "secure-verify-ca-secret" && !name.starts_with("influxdb-"))
                continue;
            verdict_.warnings.push_back(fmt::format("annotation {} is deprecated", at->first));
        }
    }

    /// What does not deny becomes a warning.
    std::string bad_value(const std::vector<Diagnostic>& diagnostics) {
        std::string denied;
        for (const auto& diagnostic : diagnostics) {
            const auto name = annotation_of(diagnostic);
            const bool strict = options_.validate_annotations && diagnostic.reason == "InvalidValue" &&
                                std::ranges::binary_search(kStrictValues, name);
            if (!strict && (diagnostic.severity != Severity::error || waits_for_another(diagnostic)))
                verdict_.warnings.push_back(describe(diagnostic));
            else if (strict && denied.empty())
                denied = fmt::format("annotation {}/{} contains invalid value: {}", options_.annotations_prefix, name,
                                     diagnostic.message);
        }
        return denied;
    }

    std::string conflict() const {
        const bool canary = is_canary(ingress_, options_.annotations_prefix);
        for (const auto& rule : ingress_.rules) {
            const auto host = rule_host(rule.host);
            const auto others = translator_.users_of(host);
            for (const auto& path : rule.paths) {
                const auto* const other = canary ? nullptr : occupant(others, host, text_of(path));
                if (other == nullptr) continue;
                return fmt::format("host \"{}\" and path \"{}\" is already defined in ingress {}", host, text_of(path),
                                   other->meta.name.to_string());
            }
        }
        return {};
    }

    /// nullptr: nobody's yet, or this Ingress's own already.
    const k8s::Ingress* occupant(const std::vector<const IngressRecord*>& others, const std::string& host,
                                 std::string_view text) const {
        const k8s::Ingress* found = nullptr;
        for (const auto* record : others) {
            const auto& paths = record->paths_of(host)->paths;
            if (std::ranges::none_of(paths, [&](const auto* path) { return occupies(*path, text); })) continue;
            if (record->ingress->meta.name == ingress_.meta.name) return nullptr;
            if (found == nullptr && !is_canary(*record->ingress, options_.annotations_prefix)) found = record->ingress;
        }
        return found;
    }

    static std::string own_error(const std::vector<Diagnostic>& diagnostics) {
        const auto found = std::ranges::find_if(diagnostics, [](const Diagnostic& diagnostic) {
            return diagnostic.severity == Severity::error && !waits_for_another(diagnostic);
        });
        return found == diagnostics.end() ? std::string() : describe(*found);
    }

    const ObjectPtr& object_;
    const k8s::Ingress& ingress_;
    const Translator& translator_;
    const TranslationOptions& options_;
    const AcceptanceRules& rules_;
    Verdict verdict_;
};

}  // namespace

Verdict check_ingress(const ObjectPtr& ingress, const Translator& translator) {
    return Check(ingress, translator).run();
}

}  // namespace fairway::ingress
