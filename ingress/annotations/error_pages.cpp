#include <algorithm>

#include <fmt/format.h>

#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

struct Statuses {
    std::vector<std::uint16_t> good;
    std::vector<std::string> bad;
};

Statuses parse_statuses(std::string_view text, std::int64_t first) {
    Statuses statuses;
    for (const auto& item : split_list(text)) {
        if (const auto status = parse_integer(item, first, 599))
            statuses.good.push_back(static_cast<std::uint16_t>(*status));
        else
            statuses.bad.push_back(item);
    }
    std::ranges::sort(statuses.good);
    const auto repeated = std::ranges::unique(statuses.good);
    statuses.good.erase(repeated.begin(), repeated.end());
    return statuses;
}

/// The first status that may be replaced: ingress-nginx takes redirects in the ConfigMap alone.
constexpr std::int64_t kFirstOfIngress = 400;
constexpr std::int64_t kFirstOfConfigMap = 300;

void read_pages(SettingReader& settings, std::int64_t first, routing::Part<routing::ErrorPages>& policy) {
    routing::ErrorPages pages = policy ? *policy : routing::ErrorPages{};
    if (const auto text = settings.find("custom-http-errors")) {
        const auto statuses = parse_statuses(*text, first);
        for (const auto& item : statuses.bad)
            settings.refuse("custom-http-errors",
                            fmt::format("\"{}\" is not a status from {} to 599. It is left out", item, first));
        pages.statuses = statuses.good;
        pages.global_backend_only = first == kFirstOfConfigMap;
    }
    settings.read("disable-proxy-intercept-errors", pages.own_errors_only, parse_bool);
    if (pages == routing::ErrorPages{})
        policy.reset();
    else
        policy = std::move(pages);
}

}  // namespace

void read_error_pages(SettingReader& settings, routing::Part<routing::ErrorPages>& policy) {
    read_pages(settings, kFirstOfIngress, policy);
}

void read_global_error_pages(SettingReader& settings, routing::Part<routing::ErrorPages>& policy) {
    read_pages(settings, kFirstOfConfigMap, policy);
}

std::optional<BackendKey> read_error_backend(SettingReader& settings, References& references) {
    const auto name = settings.find("default-backend");
    if (!name) return std::nullopt;
    const auto refuse = [&](const std::string& problem) {
        settings.refuse("default-backend", with_outcome(problem, "It is ignored"));
        return std::nullopt;
    };
    if (name->find('/') != std::string_view::npos)
        return refuse(fmt::format("\"{}\" has a namespace; name a Service of this Ingress's own", *name));
    const auto service = references.service(*name);
    if (!service) return refuse(service.error().message);
    if ((*service)->ports.empty()) return refuse(fmt::format("Service {} has no port", *name));
    return BackendKey{(*service)->meta.name, fmt::format("{}", (*service)->ports.front().port)};
}

}  // namespace fairway::ingress
