#include <algorithm>
#include <array>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "ingress/explain_messages.hpp"
#include "ingress/explainer.hpp"
#include "ingress/host_name.hpp"
#include "ingress/service_endpoints.hpp"
#include "routing/host_name.hpp"
#include "routing/path_normalise.hpp"
#include "routing/policy/balancing.hpp"
#include "routing/policy/canary.hpp"
#include "routing/policy/fastcgi.hpp"
#include "routing/policy/rate_limits.hpp"
#include "tls/client_context.hpp"
#include "tls/client_verification.hpp"
#include "tls/server_config.hpp"

namespace fairway::ingress {

namespace {

std::string seconds(std::chrono::seconds time) { return fmt::format("{}s", time.count()); }

std::string in_parentheses(const std::string& text) {
    return text.empty() ? std::string() : fmt::format(" ({})", text);
}

std::string conditions_text(std::uint16_t conditions) {
    static constexpr std::string_view kNames[] = {"error",    "timeout",  "invalid_header", "http_500",
                                                  "http_502", "http_503", "http_504",       "http_403",
                                                  "http_404", "http_429", "non_idempotent"};
    std::vector<std::string_view> names;
    for (std::size_t bit = 0; bit < std::size(kNames); ++bit)
        if ((conditions & (1u << bit)) != 0) names.push_back(kNames[bit]);
    return names.empty() ? "off" : fmt::format("{}", fmt::join(names, " "));
}

std::string_view to_text(routing::UpstreamProtocol protocol) {
    switch (protocol) {
        case routing::UpstreamProtocol::http: return "HTTP/1.1";
        case routing::UpstreamProtocol::https: return "HTTP/1.1 over TLS";
        case routing::UpstreamProtocol::auto_http: return "HTTP/1.1, over TLS for clients that came over TLS";
        case routing::UpstreamProtocol::h2c: return "HTTP/2 with prior knowledge";
        case routing::UpstreamProtocol::h2: return "HTTP/2 over TLS";
        case routing::UpstreamProtocol::fastcgi: return "FastCGI";
    }
    return "";
}

class Explainer {
public:
    Explainer(const ExplainRequest& request, ExplainTarget target, std::shared_ptr<const routing::Snapshot> snapshot,
              const ObjectStore& store, const Translator& translator)
        : request_(request),
          target_(std::move(target)),
          pinned_(std::move(snapshot)),
          snapshot_(*pinned_),
          store_(store),
          translator_(translator) {}

    Explanation run(const ExplainSteps& steps) {
        if (target_.https && explain_passthrough()) return std::move(result_);
        if (target_.https) explain_certificate();
        explain_host();
        explain_client_certificates();
        if (!explain_path()) return std::move(result_);
        explain_owner();
        explain_policies();
        if (!explain_steps(steps(request_, pinned_))) return std::move(result_);
        explain_backend();
        return std::move(result_);
    }

private:
    void step(std::string topic, std::string verdict, std::vector<std::string> details = {}) {
        result_.steps.push_back({std::move(topic), std::move(verdict), std::move(details)});
    }

    void decide(unsigned status, std::string outcome) {
        result_.status = status;
        result_.outcome = std::move(outcome);
    }

    /// True: the connection goes to the endpoints undecrypted, and nothing else is decided here.
    bool explain_passthrough() {
        if (!snapshot_.passthrough) return false;
        const auto found = snapshot_.passthrough->find(ascii::lower_copy(target_.host));
        if (found == snapshot_.passthrough->end()) return false;
        const auto& [name, backend, owner] = found->second;
        const k8s::ObjectName service{backend->service_namespace, backend->service};
        step("tls", "passed through undecrypted (ssl-passthrough)",
             {fmt::format("Ingress {}/{}{}", owner->ingress_namespace, owner->ingress, in_parentheses(owner->where))});
        step("backend", fmt::format("Service {} port {}", service.to_string(), backend->port));
        explain_endpoints(*backend, service);
        return true;
    }

    void explain_client_certificates() {
        const auto* wanted = host_ == nullptr ? nullptr : host_->client_certificates();
        if (wanted == nullptr) return;
        if (!wanted->refused.empty()) return step("client certificate", fmt::format("closed: {}", wanted->refused));
        if (!wanted->verification)
            return step("client certificate", "not asked for; fields ssl-client-* of clients do not pass");
        static constexpr std::string_view kModes[] = {"needed, or the answer is 400", "asked for, not needed",
                                                      "asked for, of any issuer, not needed"};
        const auto& settings = wanted->verification->settings();
        std::vector<std::string> details{fmt::format("auth-tls-verify-depth: {}", settings.depth)};
        if (wanted->match_cn) details.push_back(fmt::format("its subject must match {}", wanted->match_cn->pattern()));
        if (!wanted->error_page.empty()) details.push_back(fmt::format("instead of 400: {}", wanted->error_page));
        step("client certificate",
             std::string(target_.https ? kModes[static_cast<std::size_t>(settings.mode)] : "not asked for without TLS"),
             std::move(details));
    }

    void explain_certificate() {
        const auto& certificates = snapshot_.tls->certificates();
        const auto* choice = certificates.select(target_.host);
        if (choice == nullptr && snapshot_.tls->settings().reject_unknown_names) {
            step("tls", "the handshake is refused: no certificate for this name (ssl-reject-handshake)");
            return;
        }
        std::vector<std::string> details;
        const auto add = [&](const tls::Certificate& certificate) {
            details.push_back(fmt::format("{} valid for {}, until {:%Y-%m-%d}", certificate.subject(),
                                          fmt::join(certificate.names(), ", "),
                                          fmt::gmtime(std::chrono::system_clock::to_time_t(certificate.not_after()))));
        };
        if (choice != nullptr && choice->ecdsa) add(*choice->ecdsa);
        if (choice != nullptr && choice->rsa) add(*choice->rsa);
        if (details.empty()) add(certificates.default_certificate());
        step("tls",
             choice == nullptr ? "the default certificate" : fmt::format("the certificate for \"{}\"", target_.host),
             std::move(details));
    }

    void explain_host() {
        host_ = snapshot_.routes->host(target_.authority);
        if (host_ == nullptr) {
            step("host", fmt::format("no Ingress has a rule for \"{}\", and none for every host", target_.host));
        } else if (host_->name() == kCatchAll) {
            step("host", fmt::format("no Ingress names \"{}\"; the rules for every host hold", target_.host));
        } else if (is_service_host()) {
            step("host", fmt::format("{} (a name of Service {}, because of --services; no Ingress names it)",
                                     host_->name(), translator_.service_host(host_->name())->service.to_string()));
        } else if (!host_->redirect_to().empty()) {
            step("host", fmt::format("{} (only there to redirect to {}: from-to-www-redirect)", host_->name(),
                                     host_->redirect_to()));
        } else {
            std::array<char, routing::kHostBufferBytes> buffer;
            const auto asked = routing::normalise_host(target_.authority, buffer);
            std::vector<std::string> details{host_->has_certificate_for(asked) ? "a TLS section covers it"
                                                                               : "no TLS section covers it"};
            if (host_->regex_mode())
                details.emplace_back("its paths are patterns, without case: use-regex or rewrite-target");
            step("host", fmt::format("{} ({})", host_->name(), kind_of_name(asked)), std::move(details));
        }
    }

    std::string kind_of_name(std::string_view asked) const {
        if (asked == host_->name()) return "exact";
        const bool below = host_->name().starts_with('*') &&
                           routing::wildcard_rest(asked) == std::string_view(host_->name()).substr(2);
        return below ? "wildcard" : fmt::format("\"{}\" is an alias of it", asked);
    }

    bool is_service_host() const {
        return host_ != nullptr && translator_.service_host(host_->name()) != nullptr && !host_->routes().empty() &&
               !host_->routes().front().owner;
    }

    /// False when the request goes no further.
    bool explain_path() {
        std::vector<char> scratch(target_.path.size());
        const auto normalised = routing::normalise_path(target_.path, scratch);
        if (normalised.error != routing::PathError::none) {
            step("path", fmt::format("\"{}\" is refused: {}", target_.path, routing::to_string(normalised.error)));
            decide(400, "400: the path cannot be compared with rules");
            return false;
        }
        std::vector<std::string> details;
        if (normalised.path != target_.path)
            details.push_back(fmt::format("compared as \"{}\", forwarded as written", normalised.path));
        const auto match = host_ == nullptr ? routing::HostRules::PathMatch{} : host_->match(normalised.path);
        if (match.route == nullptr) {
            route_ = snapshot_.default_route.get();
            step("path", "no path matches; the default backend answers", std::move(details));
            return true;
        }
        route_ = match.route;
        find_source();
        const auto kind = route_->type == routing::PathType::exact ? "Exact" : "Prefix";
        if (is_service_host()) {
            step("path", "every path goes to the Service", std::move(details));
            return true;
        }
        if (match.add_slash) details.emplace_back("asked for without its final slash");
        if (match.pattern != nullptr) details.push_back(fmt::format("by the pattern {}", match.pattern->pattern()));
        step("path",
             source_ == nullptr ? "no path of the host matches; its default backend answers"
                                : fmt::format("{} {}", kind, route_->path),
             std::move(details));
        return true;
    }

    /// The path of the Ingress that the route was made from; null for an implicit "/".
    void find_source() {
        if (!route_->owner) return;
        record_ = translator_.record({route_->owner->ingress_namespace, route_->owner->ingress});
        const auto* paths = record_ == nullptr ? nullptr : record_->paths_of(host_->name());
        if (paths == nullptr) return;
        for (const auto* path : paths->paths) {
            const bool exact = path->type == k8s::PathType::exact;
            const auto text = path->path.empty() ? std::string_view("/") : std::string_view(path->path);
            if (text == route_->path && exact == (route_->type == routing::PathType::exact)) {
                source_ = path;
                return;
            }
        }
    }

    void explain_owner() {
        if (!route_->owner) return;
        const auto& owner = *route_->owner;
        std::vector<std::string> details;
        if (source_ != nullptr) details.push_back(source_->field + in_parentheses(source_->where.to_string()));
        step("ingress", fmt::format("{}/{}{}", owner.ingress_namespace, owner.ingress, in_parentheses(owner.where)),
             std::move(details));
    }

    void explain_policies() {
        const auto& policy = *route_->policy;
        std::vector<std::string> details;
        details.push_back(policy.body_limit.max_bytes == 0
                              ? "request bodies of any size"
                              : fmt::format("request bodies up to {} bytes", policy.body_limit.max_bytes));
        if (policy.tls_redirect.exempt) details.emplace_back("never redirected to HTTPS: no-tls-redirect-locations");
        details.push_back(fmt::format("time-outs: connect {}, send {}, read {}", seconds(policy.timeouts.connect),
                                      seconds(policy.timeouts.send), seconds(policy.timeouts.read)));
        details.push_back(
            fmt::format("another endpoint on {}; attempts: {}", conditions_text(policy.retry.conditions),
                        policy.retry.tries == 0 ? "one for each endpoint" : fmt::format("{}", policy.retry.tries)));
        if (policy.rate_limits) add_limits(*policy.rate_limits, details);
        explain_messages(policy, *snapshot_.settings, details);
        if (!policy.access_log) details.emplace_back("not in the access log");
        step("policies", policy.denied.empty() ? "open" : fmt::format("closed: {}", policy.denied), std::move(details));
    }

    static void add_limits(const routing::RateLimits& limits, std::vector<std::string>& details) {
        const auto add = [&](std::string_view name, std::uint32_t limit, std::uint64_t burst) {
            if (limit == 0) return;
            details.push_back(burst == 0 ? fmt::format("{} {}", name, limit)
                                         : fmt::format("{} {}, and {} at once beyond", name, limit, burst));
        };
        add("limit-rps", limits.requests_per_second,
            std::uint64_t{limits.requests_per_second} * limits.burst_multiplier);
        add("limit-rpm", limits.requests_per_minute,
            std::uint64_t{limits.requests_per_minute} * limits.burst_multiplier);
        add("limit-connections", limits.connections, 0);
    }

    /// False when a step answers.
    bool explain_steps(ExplainedSteps explained) {
        if (explained.status != 0) {
            step("steps", "one of them answers", std::move(explained.steps));
            decide(explained.status, std::move(explained.outcome));
            return false;
        }
        step("steps", fmt::format("the request passes, as {} {}", request_.method, explained.target),
             std::move(explained.steps));
        return true;
    }

    void explain_backend() {
        if (!route_->backend) {
            step("backend", "the built-in default backend");
            decide(404, "404 from the built-in default backend");
            return;
        }
        const auto& backend = *route_->backend;
        const k8s::ObjectName name{backend.service_namespace, backend.service};
        std::vector<std::string> details{fmt::format(
            "load-balance: {}", backend.load_balance == routing::LoadBalance::ewma ? "ewma" : "round_robin")};
        add_stickiness(backend, details);
        add_canaries(details);
        add_protocol(snapshot_.endpoints->of(backend.id), details);
        if (const auto& affinity = backend.client_ip_affinity)
            details.push_back(fmt::format("sessionAffinity: ClientIP, for {}", seconds(affinity->timeout)));
        if (const auto* service = store_.find<k8s::Service>(name)) {
            if (const auto* port = find_service_port(*service, backend.port))
                details.push_back(fmt::format("Service port {}{} -> targetPort {}", port->port,
                                              in_parentheses(port->name), k8s::to_string(port->target_port)));
            if (const auto where = service->meta.where.to_string(); !where.empty())
                details.push_back("Service at " + where);
        }
        step("backend", fmt::format("Service {} port {}", name.to_string(), backend.port), std::move(details));
        explain_endpoints(backend, name);
    }

    static void add_stickiness(const routing::Backend& backend, std::vector<std::string>& details) {
        if (!backend.balancing) return;
        if (const auto& session = backend.balancing->session)
            details.push_back(fmt::format("affinity: cookie {} ({})", session->name,
                                          session->persistent ? "persistent" : "balanced"));
        if (const auto& hash = backend.balancing->hash)
            details.push_back(hash->subset_size == 0
                                  ? "upstream-hash-by: one endpoint for each value"
                                  : fmt::format("upstream-hash-by: {} endpoints for each value", hash->subset_size));
    }

    void add_canaries(std::vector<std::string>& details) const {
        if (!route_->canaries) return;
        std::uint64_t from = 0;
        for (const auto& canary : route_->canaries->all) {
            const auto& rule = canary.rule;
            auto text = fmt::format("canary: Service {}/{} port {}", canary.backend->service_namespace,
                                    canary.backend->service, canary.backend->port);
            if (!rule.header.empty())
                text += fmt::format(", by header {}{}", rule.header,
                                    !rule.header_value.empty() ? ": " + rule.header_value
                                    : rule.pattern             ? " ~ " + rule.pattern->pattern()
                                                               : "");
            if (!rule.cookie.empty()) text += fmt::format(", by cookie {}", rule.cookie);
            const double percent = 100.0 * static_cast<double>(canary.draw_below - from) / 0x1p32;
            from = canary.draw_below;
            details.push_back(text + fmt::format(", else {:.4g} % of requests", percent));
        }
    }

    void add_protocol(const routing::EndpointSet& endpoints, std::vector<std::string>& details) const {
        auto protocol = routing::effective_protocol(*route_, endpoints);
        const bool automatic = protocol == routing::UpstreamProtocol::auto_http;
        if (automatic) protocol = target_.https ? routing::UpstreamProtocol::https : routing::UpstreamProtocol::http;
        const auto& policy = *route_->policy;
        const bool annotated = policy.protocol && !route_->backend->always_http;
        details.push_back(fmt::format("speaks {} ({})", to_text(protocol),
                                      automatic   ? "backend-protocol AUTO_HTTP: as the client came"
                                      : annotated ? "annotation backend-protocol"
                                      : protocol != routing::UpstreamProtocol::http ? "appProtocol of the Service port"
                                                                                    : "the default"));
        if (protocol == routing::UpstreamProtocol::fastcgi && policy.fastcgi) add_fastcgi(*policy.fastcgi, details);
        if (!routing::uses_tls(protocol)) return;
        const auto& tls = policy.upstream_tls ? policy.upstream_tls : tls::ClientContext::unverified();
        const auto& config = tls->config();
        details.push_back(config.verify
                              ? fmt::format("the endpoint's certificate must be valid for \"{}\"", config.name)
                              : "the endpoint's certificate is not verified");
        if (config.certificate)
            details.push_back(fmt::format("certificate shown to the endpoint: {}", config.certificate->subject()));
        if (config.send_server_name) details.push_back(fmt::format("SNI \"{}\"", config.name));
    }

    static void add_fastcgi(const routing::FastCgi& fastcgi, std::vector<std::string>& details) {
        if (!fastcgi.index.empty())
            details.push_back(fmt::format("script of paths that end with /: {}", fastcgi.index));
        std::vector<std::string_view> names;
        for (const auto& param : fastcgi.params) names.push_back(param.name);
        if (!names.empty()) details.push_back(fmt::format("own parameters: {}", fmt::join(names, ", ")));
    }

    void explain_endpoints(const routing::Backend& backend, const k8s::ObjectName& service) {
        const auto& endpoints = snapshot_.endpoints->of(backend.id).endpoints;
        if (endpoints.empty()) {
            const auto& known = translator_.backends().find({service, backend.port})->endpoints;
            if (known.problem.reason.empty()) return explain_name(known.external_name);
            step("endpoints", "none", {known.problem.message});
            decide(503, "503: no ready endpoint");
            return;
        }
        std::vector<std::string> details;
        for (const auto& endpoint : endpoints)
            details.push_back(endpoint.address.to_string() + in_parentheses(endpoint.target));
        step("endpoints", fmt::format("{} ready", endpoints.size()), std::move(details));
        decide(0, fmt::format("forwarded to {} of Service {} port {}",
                              endpoints.size() == 1 ? "the endpoint"
                                                    : fmt::format("one of {} endpoints", endpoints.size()),
                              service.to_string(), backend.port));
    }

    /// Explaining asks no DNS server.
    void explain_name(const std::string& name) {
        step("endpoints", fmt::format("what DNS answers for {} while Fairway runs", name),
             {"all its IPv4 addresses, or its IPv6 addresses when it has no others"});
        decide(0, fmt::format("forwarded to one of the addresses of {}", name));
    }

    const ExplainRequest& request_;
    ExplainTarget target_;
    std::shared_ptr<const routing::Snapshot> pinned_;
    const routing::Snapshot& snapshot_;
    const ObjectStore& store_;
    const Translator& translator_;
    Explanation result_;
    const routing::HostRules* host_ = nullptr;
    const routing::Route* route_ = nullptr;
    const IngressRecord* record_ = nullptr;
    const k8s::IngressPath* source_ = nullptr;
};

}  // namespace

Result<ExplainTarget> parse_explain_target(std::string_view url) {
    ExplainTarget target;
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        const auto name = ascii::lower_copy(url.substr(0, scheme));
        if (name != "http" && name != "https")
            return Error{
                fmt::format("\"{}\" is neither an http nor an https URL; write http://shop.example.com/path", url)};
        target.https = name == "https";
        url.remove_prefix(scheme + 3);
    }
    url = url.substr(0, url.find('#'));
    const auto path = url.find_first_of("/?");
    target.authority = url.substr(0, path);
    if (target.authority.empty())
        return Error{fmt::format("\"{}\" names no host; write http://shop.example.com/path", url)};
    const auto rest = path == std::string_view::npos ? std::string_view() : url.substr(path);
    const auto query = rest.find('?');
    target.path = rest.starts_with('/') ? rest.substr(0, query) : "/";
    if (query != std::string_view::npos) target.query = rest.substr(query);
    const auto colon = target.authority.rfind(':');
    const bool has_port = colon != std::string::npos && target.authority.find(']', colon) == std::string::npos;
    target.host = target.authority.substr(0, has_port ? colon : std::string::npos);
    return target;
}

Result<std::pair<std::string, std::string>> parse_explain_field(std::string_view text) {
    const auto colon = text.find(':');
    const auto name = ascii::trim(text.substr(0, colon));
    if (colon == std::string_view::npos || name.empty())
        return Error{fmt::format("\"{}\" is not a field; write NAME:VALUE, such as User-Agent:curl/8", text)};
    if (ascii::iequals(name, "host")) return Error{"the host is that of the URL; write it there"};
    return std::pair(std::string(name), std::string(ascii::trim(text.substr(colon + 1))));
}

Result<Explanation> explain(const ExplainRequest& request, std::shared_ptr<const routing::Snapshot> snapshot,
                            const ObjectStore& store, const Translator& translator, const ExplainSteps& steps) {
    auto target = parse_explain_target(request.url);
    if (!target) return target.error();
    return Explainer(request, *std::move(target), std::move(snapshot), store, translator).run(steps);
}

}  // namespace fairway::ingress
