#include "ingress/annotations/parse.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/descriptors.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

void report_unknown(SettingReader& settings, std::string_view name) {
    settings.report(
        Severity::warning, name,
        with_outcome(fmt::format("is not an annotation of ingress-nginx{}", did_you_mean(name, annotation_names())),
                     "It is ignored"),
        "UnknownAnnotation");
}

/// Setting a switch to the value it has anyway asks for nothing.
bool asks_for_nothing(const AnnotationDescriptor& row, std::string_view value) {
    if (!row.default_value.empty() && ascii::iequals(row.default_value, value)) return true;
    const auto wanted = parse_bool(value);
    const auto by_default = parse_bool(row.default_value);
    return wanted && by_default && *wanted == *by_default;
}

void report_inactive(SettingReader& settings, std::string_view name, const AnnotationDescriptor& row,
                     std::string_view value) {
    if (row.status == Status::meaningless) {
        settings.report(Severity::notice, name, fmt::format("has no effect: {}", row.doc), "AnnotationWithoutEffect");
    } else if (row.status == Status::planned && !asks_for_nothing(row, value)) {
        settings.report(Severity::warning, name,
                        fmt::format("does not act in this version ({}). The paths are served without it", row.doc),
                        "AnnotationNotSupported");
    }
}

/// ingress-nginx: with annotations-risk-level Critical and allow-snippet-annotations false the Ingress is served without.
void report_dropped_snippet(SettingReader& settings, std::string_view name) {
    settings.report(Severity::warning, name,
                    "is dropped: allow-snippet-annotations is false, and nginx configuration text is never taken. The "
                    "paths are served without it",
                    "SnippetNotSupported");
}

/// Fairway takes response heads of one size for all, so a smaller wish is always met.
void check_buffer_size(SettingReader& settings, std::uint32_t buffer_bytes) {
    const auto text = settings.find("proxy-buffer-size");
    if (!text) return;
    const auto size = parse_size(*text);
    if (!size)
        settings.refuse("proxy-buffer-size", size.error().message + ". It is ignored");
    else if (*size > buffer_bytes)
        settings.report(
            Severity::notice, "proxy-buffer-size",
            fmt::format("asks for more than the {} bytes that a response head may have; raise the ConfigMap key of the "
                        "same name, which holds for every Ingress",
                        buffer_bytes),
            "AnnotationWithoutEffect");
}

/// Reference 3.5. One notice, since canaries are often copies of their primary.
void report_ignored_of_canary(SettingReader& settings) {
    std::vector<std::string_view> ignored;
    for (const auto name : settings.names())
        if (find_annotation(name) != nullptr && !acts_on_canaries(name)) ignored.push_back(name);
    if (ignored.empty()) return;
    settings.report(Severity::notice, "canary",
                    fmt::format("makes other annotations of this Ingress have no effect, those of the primary hold: {}",
                                fmt::join(ignored, ", ")),
                    "CanaryAnnotationsIgnored");
}

/// The annotations of the usual prefix are left behind when another prefix was configured.
void report_foreign_prefix(const k8s::Ingress& ingress, std::string_view prefix, std::vector<Diagnostic>& diagnostics) {
    if (prefix == kDefaultAnnotationsPrefix) return;
    auto usual = SettingReader::of_annotations(ingress.meta, kDefaultAnnotationsPrefix, diagnostics);
    for (const auto name : usual.names())
        usual.report(Severity::warning, name,
                     fmt::format("has the usual prefix, but --annotations-prefix is \"{}\". It is ignored", prefix),
                     "ForeignAnnotationPrefix");
}

}  // namespace

IngressSettings parse_annotations(const k8s::Ingress& ingress, std::string_view prefix, const PolicyDefaults& defaults,
                                  References& references, std::vector<Diagnostic>& diagnostics) {
    auto settings = SettingReader::of_annotations(ingress.meta, prefix, diagnostics);
    IngressSettings result{.policy = defaults.policy};
    result.backend.load_balance = defaults.load_balance;
    result.backend.service_upstream = defaults.service_upstream;

    // First: it may open what the ConfigMap's rules closed, which hides what other guards would say.
    result.modsecurity = read_modsecurity(settings, defaults.modsecurity, result.policy);
    result.host = read_host_settings(settings);
    read_tls_redirect(settings, result.policy.tls_redirect);
    settings.read("relative-redirects", result.policy.relative_redirects, parse_bool);
    result.policy.redirect = read_redirect(settings, !defaults.validate_annotations);
    result.policy.rewrite = read_rewrite(settings);
    result.policy.cors = read_cors(settings);
    result.policy.upstream_vhost = read_upstream_vhost(settings);
    read_access_list(settings, result.policy.access_list, result.policy.denied);
    result.policy.basic_auth = read_password_auth(settings, references, result.policy.denied);
    result.external_auth = read_external_auth(settings, references, defaults.global_auth, result.policy.denied);
    read_satisfy(settings, result.policy.satisfy_any);
    read_upstream_timeouts(settings, result.policy.timeouts);
    read_retry_policy(settings, result.policy.retry);
    read_body_limit(settings, result.policy.body_limit);
    auto rewrite_texts = defaults.rewrite_texts;
    read_response_rewrite(settings, rewrite_texts, result.policy.response_rewrite);
    auto response_buffers = defaults.response_buffers;
    read_body_buffering(settings, response_buffers, result.policy.body_buffering);
    read_upstream_http(settings, result.policy.upstream_http);
    read_response_rate(settings, result.policy.response_rate);
    result.policy.response_fields =
        read_custom_headers(settings, references, defaults.allowed_response_headers, result.policy.denied);
    read_error_pages(settings, result.policy.error_pages);
    result.mirror = read_mirror(settings);
    read_tracing(settings, defaults.tracing, result.policy.tracing);
    result.error_backend = read_error_backend(settings, references);
    read_access_log(settings, result.policy.access_log);
    read_backend_protocol(settings, result.policy);
    result.policy.fastcgi = read_fastcgi(
        settings, references, result.policy.protocol == routing::UpstreamProtocol::fastcgi, result.policy.denied);
    result.upstream_tls = read_upstream_tls(settings, references, result.policy.denied);
    result.policy.rate_limits = read_rate_limits(settings, defaults.rate_limits, ingress.meta.name.to_string());
    read_backend_settings(settings, result.backend);
    result.host_tls = read_host_tls(settings, references, result.policy.denied);
    check_buffer_size(settings, defaults.proxy_buffer_bytes);
    result.canary = read_canary(settings);

    for (const auto name : settings.names()) {
        const auto* row = find_annotation(name);
        const auto value = settings.find(name);
        if (row == nullptr) {
            report_unknown(settings, name);
        } else if (result.canary && !acts_on_canaries(name)) {
            continue;
        } else if (value && row->status == Status::refused && defaults.drop_snippets) {
            report_dropped_snippet(settings, name);
        } else if (value && row->status != Status::acts && (row->guards_access || row->status == Status::refused)) {
            if (auto reason = refuse_unmet_guard(settings, name, *row, *value);
                !reason.empty() && result.policy.denied.empty())
                result.policy.denied = std::move(reason);
        } else if (value) {
            report_inactive(settings, name, *row, *value);
        }
    }
    if (result.canary) report_ignored_of_canary(settings);
    report_foreign_prefix(ingress, prefix, diagnostics);
    return result;
}

}  // namespace fairway::ingress
