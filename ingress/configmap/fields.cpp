// Keys that name a ConfigMap of fields: add-headers, proxy-set-headers.
#include <fmt/format.h>

#include "ingress/configmap/sections.hpp"
#include "ingress/field_set.hpp"

namespace fairway::ingress {

namespace {

void read_fields(SettingReader& settings, std::string_view key, References& references,
                 routing::Part<routing::FieldSet>& policy) {
    const auto name = settings.find(key);
    if (!name) return;
    const auto map = references.config_map_anywhere(*name);
    if (!map) {
        settings.refuse(key, with_outcome(map.error().message, "No field is set"));
        return;
    }
    auto read = read_field_set(**map, FieldValues::with_variables);
    for (const auto& problem : read.problems)
        settings.refuse(key, with_outcome(fmt::format("ConfigMap {}: {}", *name, problem), "It is left out"));
    if (!read.fields.fields.empty()) policy = std::move(read.fields);
}

}  // namespace

void read_field_sets(SettingReader& settings, References& references, routing::Settings& data_plane) {
    read_fields(settings, "add-headers", references, data_plane.response_fields);
    read_fields(settings, "proxy-set-headers", references, data_plane.request_fields);
}

}  // namespace fairway::ingress
