// The parts of Translator that open the GeoIP2 databases: use-geoip2 and geoip2-autoreload-in-minutes.
#include <fmt/format.h>

#include "ingress/translator.hpp"
#include "routing/geo_databases.hpp"

namespace fairway::ingress {

void Translator::open_geo_databases() {
    std::vector<Diagnostic> diagnostics;
    const auto tell = [&](std::string message) {
        diagnostics.push_back({.severity = Severity::warning,
                               .where = {},
                               .kind = k8s::ConfigMap::kKind,
                               .object = options_.configmap.value_or(k8s::ObjectName{}),
                               .field = "data.use-geoip2",
                               .message = std::move(message),
                               .reason = "GeoDatabaseMissing"});
    };
    settings_.data_plane.geo = nullptr;
    if (settings_.geoip2 && !options_.geoip_directory.empty()) {
        auto opened = routing::GeoDatabases::open(options_.geoip_directory);
        for (auto& problem : opened.problems)
            tell(problem + ". The variables $geoip2_* that it would give are empty; download it again");
        if (opened.databases->empty())
            tell(fmt::format("there is no database in {}, so that the variables $geoip2_* are empty; put GeoLite2-City.mmdb "
                             "and GeoLite2-ASN.mmdb there",
                             options_.geoip_directory));
        settings_.data_plane.geo = std::move(opened.databases);
    }
    book_->replace("geoip", std::move(diagnostics));
}

void Translator::review_geo_databases() {
    if (!settings_.data_plane.geo || !settings_.data_plane.geo->changed()) return;
    open_geo_databases();
    data_plane_ = std::make_shared<const routing::Settings>(settings_.data_plane);
}

}  // namespace fairway::ingress
