#include "ingress/canaries.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ingress/host_name.hpp"

namespace fairway::ingress {

namespace {

constexpr std::uint64_t kWhole = std::uint64_t{1} << 32;

/// What a canary offers itself for, with its place in the manifest.
struct Offer {
    const IngressRecord& record;
    std::string_view path;
    routing::PathType type;
    BackendKey backend;
    const k8s::Position& where;
    std::string field;
};

class CanaryMerger {
public:
    CanaryMerger(const std::string& host, const BackendRegistry& backends, std::vector<routing::Route>& routes,
                 std::vector<Diagnostic>& diagnostics)
        : host_(host), backends_(backends), routes_(routes), diagnostics_(diagnostics) {}

    void offer_all(const IngressRecord& record) {
        for (const auto* path : record.canary_paths_of(host_)->paths) {
            const std::string_view text = path->path.empty() ? "/" : std::string_view(path->path);
            const auto type = path->type == k8s::PathType::exact ? routing::PathType::exact : routing::PathType::prefix;
            offer({record, text, type, backend_key(*record.ingress, path->backend), path->where, path->field});
        }
        if (host_ == kCatchAll && record.default_backend)
            offer({record, "/", routing::PathType::prefix, *record.default_backend,
                   record.ingress->default_backend->where, "spec.defaultBackend"});
    }

    void finish() {
        for (auto& [index, canaries] : canaries_)
            if (!canaries.all.empty()) routes_[index].canaries = std::move(canaries);
    }

private:
    void offer(const Offer& offer) {
        bool found = false;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            const auto& route = routes_[i];
            if (route.path != offer.path || route.type != offer.type || !route.owner || !route.backend ||
                route.backend->always_http)
                continue;
            add(offer, i, found);
            found = true;
        }
        if (!found)
            report(offer, Severity::warning, "CanaryWithoutPrimary",
                   fmt::format("no other Ingress serves {} path \"{}\" of {}, so this canary gets no requests there; "
                               "make host, path and pathType those of the primary",
                               offer.type == routing::PathType::exact ? "Exact" : "Prefix", offer.path, host_text()));
    }

    /// @param told  the offer was reported for another route.
    void add(const Offer& offer, std::size_t index, bool told) {
        const auto& backend = backends_.find(offer.backend)->backend;
        auto& canaries = canaries_[index].all;
        const bool twice = std::ranges::any_of(
            canaries, [&](const routing::Canary& other) { return other.backend->id == backend->id; });
        if (routes_[index].backend->id == backend->id || twice) {
            if (!told)
                report(offer, Severity::warning, "CanaryRefused",
                       fmt::format("Service {} port {} is the backend of the {} already, so this canary is refused; "
                                   "name another Service",
                                   offer.backend.service.to_string(), offer.backend.port,
                                   twice ? "older canary" : "primary"));
            return;
        }
        const auto& canary = *offer.record.canary;
        const std::uint64_t before = canaries.empty() ? 0 : canaries.back().draw_below;
        const std::uint64_t share = kWhole * canary.rule.weight / canary.rule.weight_total;
        canaries.push_back({.backend = backend,
                            .rule = canary.rule,
                            .draw_below = std::min(before + share, kWhole),
                            .sticky = canary.sticky});
        if (told) return;
        if (canaries.size() > 1)
            report(
                offer, Severity::notice, "SeveralCanaries",
                fmt::format("{} path \"{}\" of {} has {} canaries; ingress-nginx uses the oldest alone, Fairway all: "
                            "header and cookie rules oldest first, weights added up",
                            offer.type == routing::PathType::exact ? "Exact" : "Prefix", offer.path, host_text(),
                            canaries.size()));
        if (before + share > kWhole)
            report(offer, Severity::warning, "CanaryWeightCapped",
                   fmt::format("the weights of the canaries are more than everything; this one gets {} of 100 and the "
                               "primary nothing",
                               (kWhole - before) * 100 / kWhole));
    }

    std::string host_text() const {
        return host_ == kCatchAll ? std::string("every host") : fmt::format("host \"{}\"", host_);
    }

    void report(const Offer& offer, Severity severity, std::string reason, std::string message) {
        diagnostics_.push_back({.severity = severity,
                                .where = offer.where,
                                .kind = k8s::Ingress::kKind,
                                .object = offer.record.ingress->meta.name,
                                .field = offer.field,
                                .message = std::move(message),
                                .reason = std::move(reason)});
    }

    const std::string& host_;
    const BackendRegistry& backends_;
    std::vector<routing::Route>& routes_;
    std::vector<Diagnostic>& diagnostics_;
    std::map<std::size_t, routing::Canaries> canaries_;  ///< by index of the route
};

}  // namespace

void add_canaries(const std::string& host, const std::vector<const IngressRecord*>& canaries,
                  const BackendRegistry& backends, std::vector<routing::Route>& routes,
                  std::vector<Diagnostic>& diagnostics) {
    if (canaries.empty()) return;
    CanaryMerger merger(host, backends, routes, diagnostics);
    for (const auto* record : canaries) merger.offer_all(*record);
    merger.finish();
}

}  // namespace fairway::ingress
