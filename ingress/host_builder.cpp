#include "ingress/host_builder.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "ingress/canaries.hpp"
#include "ingress/host_name.hpp"
#include "ingress/regex_mode.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/mirror.hpp"
#include "routing/policy/rewrite.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kRoot = "/";

routing::PathType route_type(k8s::PathType type) {
    return type == k8s::PathType::exact ? routing::PathType::exact : routing::PathType::prefix;
}

/// A path that has been taken, for the message to whoever comes later.
struct Taken {
    const IngressRecord* record;
    const k8s::IngressPath* path;
};

class HostBuilder {
public:
    HostBuilder(const HostInput& input, const BackendRegistry& backends,
                const std::vector<std::string>& redirect_exempt, PolicyPool& policies,
                std::vector<Diagnostic>& diagnostics)
        : input_(input),
          backends_(backends),
          redirect_exempt_(redirect_exempt),
          policies_(policies),
          diagnostics_(diagnostics) {}

    std::shared_ptr<const routing::HostRules> run() {
        find_shared_tls();
        for (const auto* record : input_.ingresses)
            for (const auto* path : record->paths_of(input_.name)->paths) add(*record, *path);
        if (!taken_.contains(key(kRoot, routing::PathType::prefix))) add_implicit_root();
        routing::HostRules::Options options{.name = input_.name,
                                            .has_certificate = input_.has_certificate,
                                            .client_certificates = input_.client_certificates,
                                            .has_aliases = input_.has_aliases,
                                            .covered_aliases = input_.covered_aliases,
                                            .regex_mode = std::ranges::any_of(routes_, asks_for_regex_mode)};
        choose_app_root(options);
        if (options.regex_mode) {
            note_regex_mode();
            compile_patterns();
            add_locations(options);
        } else {
            keep_paths();
        }
        auto routes = take_routes();
        add_canaries(input_.name, input_.canaries, backends_, routes, diagnostics_);
        return std::make_shared<const routing::HostRules>(std::move(options), std::move(routes));
    }

private:
    static std::string key(std::string_view path, routing::PathType type) {
        return fmt::format("{}{}", type == routing::PathType::exact ? '=' : '~', path);
    }

    /// Reference 3.10: settings of TLS to the endpoints are those of the host, unless proxy-ssl-location-only.
    void find_shared_tls() {
        if (!input_.share_upstream_tls) return;
        const auto oldest = std::ranges::find_if(
            input_.ingresses, [](const auto* record) { return record->policy->upstream_tls != nullptr; });
        if (oldest != input_.ingresses.end()) shared_tls_ = (*oldest)->policy->upstream_tls;
    }

    /// What only the host and the backends know is added to the policy of the Ingress.
    std::shared_ptr<const routing::RoutePolicy> finished(const IngressRecord& record,
                                                         std::shared_ptr<const routing::RoutePolicy> policy,
                                                         const std::optional<BackendKey>& error_page_backend) {
        const bool takes_tls = shared_tls_ && !policy->upstream_tls;
        const auto error_backend = error_page_backend ? backend(*error_page_backend) : nullptr;
        if (!takes_tls && !error_backend && !policy->mirror) return policy;
        auto changed = *policy;
        if (takes_tls) changed.upstream_tls = shared_tls_;
        if (error_backend) {
            auto pages = policy->error_pages ? *policy->error_pages : routing::ErrorPages{};
            pages.backend = error_backend;
            changed.error_pages = std::move(pages);
        }
        if (policy->mirror) {
            auto mirror = *policy->mirror;
            mirror.servers = backends_.find(*record.mirror_servers)->backend->id;
            changed.mirror = std::move(mirror);
        }
        return policies_.intern(changed, record.policy_seed);
    }

    /// The policy of an Ingress as it is for one path of this host.
    std::shared_ptr<const routing::RoutePolicy>
    settle(const IngressRecord& record, std::shared_ptr<const routing::RoutePolicy> policy,
           const std::optional<BackendKey>& error_page_backend, std::string_view path) {
        return with_auth(record, finished(record, std::move(policy), error_page_backend), path);
    }

    /// Who authenticates: nobody under no-auth-locations, else also the server that the Ingress or the ConfigMap names.
    std::shared_ptr<const routing::RoutePolicy>
    with_auth(const IngressRecord& record, std::shared_ptr<const routing::RoutePolicy> policy, std::string_view path) {
        if (!policy->basic_auth && !record.external_auth) return policy;
        const bool open = input_.no_auth_locations != nullptr && begins_with_one_of(path, *input_.no_auth_locations);
        if (open ? !policy->basic_auth : !record.external_auth) return policy;
        auto changed = *policy;
        if (open)
            changed.basic_auth.reset();
        else if (const auto server = record.auth_servers.find(input_.name); server != record.auth_servers.end())
            changed.external_auth = external_auth_on(*record.external_auth, server->second, input_.name,
                                                     backends_.find(server->second.backend)->backend->id);
        else if (changed.denied.empty())
            changed.denied = unknown_auth_host(*record.external_auth);
        return policies_.intern(changed, record.policy_seed);
    }

    void add(const IngressRecord& record, const k8s::IngressPath& path) {
        const std::string_view text = path.path.empty() ? kRoot : std::string_view(path.path);
        const auto type = route_type(path.type);
        const auto [taken, is_first] = taken_.try_emplace(key(text, type), Taken{&record, &path});
        if (!is_first) {
            report_loser(record, path, taken->second);
            return;
        }
        const bool exempt = begins_with_one_of(text, redirect_exempt_);
        routes_.push_back({.route = {.path = std::string(text),
                                     .type = type,
                                     .owner = record.owner,
                                     .policy = settle(record, exempt ? record.exempt_policy : record.policy,
                                                      record.error_backend, text),
                                     .backend = backend(backend_key(*record.ingress, path.backend)),
                                     .gives_session_cookies = record.backend_settings.session.has_value()},
                           .record = &record,
                           .path = &path,
                           .use_regex = record.host_settings.use_regex});
    }

    std::shared_ptr<const routing::Backend> backend(const BackendKey& key) const {
        const auto* registered = backends_.find(key);
        return registered == nullptr ? nullptr : registered->backend;
    }

    void add_implicit_root() {
        const bool catch_all = input_.name == kCatchAll;
        const auto oldest = catch_all ? std::ranges::find_if(input_.ingresses,
                                                             [](const auto* record) { return record->is_catch_all(); })
                                      : input_.ingresses.begin();
        if (oldest == input_.ingresses.end()) return;
        const auto& record = **oldest;
        // Reference 3.13: default-backend is not for paths that nothing matched.
        const auto error_backend = record.default_backend ? record.error_backend : std::nullopt;
        routes_.push_back(
            {.route = {.path = std::string(kRoot),
                       .type = routing::PathType::prefix,
                       .owner = record.owner,
                       .policy = settle(record, catch_all ? record.catch_all_policy : record.policy, error_backend, kRoot),
                       .backend = record.default_backend ? backend(*record.default_backend) : input_.default_backend,
                       .gives_session_cookies = record.default_backend && record.backend_settings.session},
             .record = &record,
             .path = nullptr,
             .use_regex = !catch_all && record.host_settings.use_regex});
    }

    /// Reference 3.2: of several, the first in location order. One without rules has none on the catch-all (1.6).
    void choose_app_root(routing::HostRules::Options& options) const {
        const auto has_one = [](const HostRoute& route) {
            return route.record->host_settings.app_root && !(route.path == nullptr && route.record->is_catch_all());
        };
        if (std::ranges::none_of(routes_, has_one)) return;
        const auto order = location_order(routes_);
        const auto first = std::ranges::find_if(order, [&](std::size_t i) { return has_one(routes_[i]); });
        options.app_root = routes_[*first].record->host_settings.app_root;
    }

    /// A rewrite-target that changes nothing.
    void keep_paths() {
        for (auto& route : routes_)
            if (route.route.policy->rewrite) set_rewrite(route, {}, 0);
    }

    void set_rewrite(HostRoute& route, std::optional<routing::Rewrite> rewrite, std::size_t seed) {
        auto changed = *route.route.policy;
        changed.rewrite = std::move(rewrite);
        route.route.policy = policies_.intern(changed, route.record->policy_seed ^ seed);
    }

    /// A path that is no pattern leaves; the others stay.
    void compile_patterns() {
        std::erase_if(routes_, [&](HostRoute& route) {
            const auto problem = compile_patterns(route);
            if (problem) report_pattern(route, *problem);
            return problem.has_value();
        });
    }

    /// Gives the path its patterns, and a rewrite of its own or none.
    std::optional<Error> compile_patterns(HostRoute& route) {
        const bool has_exact_twin = taken_.contains(key(route.route.path, routing::PathType::exact));
        for (const auto& text : location_patterns(route, has_exact_twin)) {
            auto pattern = routing::Regex::compile(text, routing::Regex::Case::ignored);
            if (!pattern) return pattern.error();
            route.patterns.push_back(*std::move(pattern));
        }
        if (!route.route.policy->rewrite) return std::nullopt;
        const auto text = rewrite_pattern(route);
        std::optional<routing::Rewrite> rewrite;
        if (!text.empty()) {
            auto pattern = routing::Regex::compile(text, routing::Regex::Case::ignored);
            if (!pattern) return pattern.error();
            rewrite = *route.route.policy->rewrite;
            rewrite->pattern = *std::move(pattern);
            // Plain groups only: an extended one may look back or repeat the whole pattern, where the anchor tells.
            const bool plain = text.find("(?") == std::string::npos && text.find("\\g") == std::string::npos;
            rewrite->as_location =
                plain && route.patterns.size() == 1 && route.patterns.front().pattern() == "^" + text;
        }
        set_rewrite(route, std::move(rewrite), std::hash<std::string>{}(text));
        return std::nullopt;
    }

    void add_locations(routing::HostRules::Options& options) const {
        for (const auto i : location_order(routes_))
            for (const auto& pattern : routes_[i].patterns)
                options.locations.push_back({pattern, static_cast<std::uint32_t>(i)});
    }

    std::vector<routing::Route> take_routes() {
        std::vector<routing::Route> routes;
        routes.reserve(routes_.size());
        for (auto& route : routes_) routes.push_back(std::move(route.route));
        return routes;
    }

    void report_pattern(const HostRoute& route, const Error& error) {
        diagnostics_.push_back({.severity = Severity::error,
                                .where = route.path->where,
                                .kind = k8s::Ingress::kKind,
                                .object = route.record->ingress->meta.name,
                                .field = route.path->field + ".path",
                                .message = error.message +
                                           "; paths of a host with use-regex or rewrite-target are regular "
                                           "expressions. Requests for it go to the other paths of the host",
                                .reason = "InvalidPattern"});
    }

    /// The most common surprise of ingress-nginx's users: an annotation of one Ingress that changes what the paths of
    /// another one mean.
    void note_regex_mode() {
        const auto cause = std::ranges::find_if(routes_, asks_for_regex_mode)->record;
        for (const auto* record : input_.ingresses) {
            const auto& settings = *record->policy;
            if (record == cause || record->host_settings.use_regex || settings.rewrite) continue;
            diagnostics_.push_back(
                {.severity = Severity::notice,
                 .where = record->ingress->meta.where,
                 .kind = k8s::Ingress::kKind,
                 .object = record->ingress->meta.name,
                 .field = "spec.rules",
                 .message = fmt::format("paths of host \"{}\" are regular expressions, without case and anchored at "
                                        "their start only, because Ingress {} has use-regex or rewrite-target",
                                        input_.name, cause->ingress->meta.name.to_string()),
                 .reason = "RegexMode"});
        }
    }

    void report_loser(const IngressRecord& record, const k8s::IngressPath& path, const Taken& winner) {
        const auto place = winner.path->where.to_string();
        const auto host =
            input_.name == kCatchAll ? std::string("every host") : fmt::format("host \"{}\"", input_.name);
        diagnostics_.push_back(
            {.severity = Severity::warning,
             .where = path.where,
             .kind = k8s::Ingress::kKind,
             .object = record.ingress->meta.name,
             .field = path.field,
             .message = fmt::format(
                 "{} path \"{}\" of {} is already defined in {} Ingress {}{}, which counts; remove one of them",
                 path.type == k8s::PathType::exact ? "Exact" : "Prefix",
                 path.path.empty() ? kRoot : std::string_view(path.path), host,
                 winner.record == &record ? "this" : "the older", winner.record->ingress->meta.name.to_string(),
                 place.empty() ? "" : fmt::format(" ({})", place)),
             .reason = "PathConflict"});
    }

    const HostInput& input_;
    const BackendRegistry& backends_;
    const std::vector<std::string>& redirect_exempt_;
    PolicyPool& policies_;
    std::vector<Diagnostic>& diagnostics_;
    std::shared_ptr<const tls::ClientContext> shared_tls_;
    std::vector<HostRoute> routes_;
    std::unordered_map<std::string, Taken> taken_;
};

}  // namespace

std::shared_ptr<const routing::HostRules> build_host(const HostInput& input, const BackendRegistry& backends,
                                                     const std::vector<std::string>& redirect_exempt,
                                                     PolicyPool& policies, std::vector<Diagnostic>& diagnostics) {
    return HostBuilder(input, backends, redirect_exempt, policies, diagnostics).run();
}

}  // namespace fairway::ingress
