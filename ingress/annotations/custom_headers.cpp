#include <algorithm>

#include <fmt/format.h>

#include "ingress/annotations/policies.hpp"
#include "ingress/field_set.hpp"

namespace fairway::ingress {

namespace {

Result<routing::FieldSet> find_fields(std::string_view name, References& references,
                                      const std::vector<std::string>& allowed) {
    const auto map = references.config_map_anywhere(name);
    if (!map) return map.error();
    auto read = read_field_set(**map, FieldValues::literal);
    if (!read.problems.empty()) return Error{fmt::format("ConfigMap {}: {}", name, read.problems.front())};
    for (const auto& field : read.fields.fields)
        if (std::ranges::find(allowed, field.name) == allowed.end())  // ingress-nginx: spelt exactly so
            return Error{fmt::format("field {} is not among the ConfigMap key global-allowed-response-headers; add it "
                                     "there, spelt so",
                                     field.name)};
    return std::move(read.fields);
}

}  // namespace

std::optional<routing::FieldSet> read_custom_headers(SettingReader& settings, References& references,
                                                     const std::vector<std::string>& allowed, std::string& denied) {
    const auto name = settings.find("custom-headers");
    if (!name) return std::nullopt;
    auto fields = find_fields(*name, references, allowed);
    if (fields) return *std::move(fields);
    // As in ingress-nginx: clients may rely on these fields for their safety.
    settings.report(Severity::error, "custom-headers",
                    with_outcome(fields.error().message, "Every path of this Ingress answers 503"),
                    "CustomHeadersRefused");
    if (denied.empty()) denied = "annotation custom-headers: " + fields.error().message;
    return std::nullopt;
}

}  // namespace fairway::ingress
