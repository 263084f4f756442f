#include "ingress/reports/report_parts.hpp"

#include <fmt/chrono.h>

#include <chrono>

namespace fairway::ingress {

namespace json = boost::json;

namespace {

/// kubectl writes it on every apply: a copy of the manifest that nobody wants to read again.
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

json::object annotations_of(const k8s::ObjectMeta& meta) {
    json::object result;
    for (const auto& [key, value] : meta.annotations)
        if (key != kLastApplied) result[key] = value;
    return result;
}

}  // namespace

std::string timestamp_text(std::int64_t seconds) {
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

json::object report_head(const ReportContext& context, Resource resource, const k8s::ObjectMeta& meta,
                         const char* stored_kind) {
    const ResourceInfo& info = info_of(resource);
    json::object metadata{{"name", meta.name.name}, {"namespace", meta.name.ns}};
    if (!meta.uid.empty()) metadata["uid"] = meta.uid;
    if (!meta.labels.empty()) metadata["labels"] = json_map(meta.labels);
    if (auto annotations = annotations_of(meta); !annotations.empty()) metadata["annotations"] = std::move(annotations);
    const std::int64_t since =
        meta.creation_time != 0 ? meta.creation_time : context.sources.first_seen.of({stored_kind, meta.name});
    if (since != 0) metadata["creationTimestamp"] = timestamp_text(since);
    if (meta.deletion_time) metadata["deletionTimestamp"] = timestamp_text(*meta.deletion_time);
    return {{"apiVersion", info.api_version}, {"kind", info.kind}, {"metadata", std::move(metadata)}};
}

json::object json_map(const std::map<std::string, std::string>& map) {
    json::object result;
    for (const auto& [key, value] : map) result[key] = value;
    return result;
}

json::value json_of(const k8s::IntOrString& value) {
    if (const auto* number = std::get_if<std::int32_t>(&value)) return *number;
    return json::string(std::get<std::string>(value));
}

}  // namespace fairway::ingress
