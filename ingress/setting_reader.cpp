#include "ingress/setting_reader.hpp"

#include "base/ascii.hpp"

namespace fairway::ingress {

SettingReader::SettingReader(std::string kind, const k8s::ObjectMeta& meta,
                             const std::map<std::string, std::string>& values,
                             const std::map<std::string, k8s::Position>& positions, std::string prefix,
                             std::string label, std::vector<Diagnostic>& sink)
    : kind_(std::move(kind)),
      meta_(&meta),
      values_(&values),
      positions_(&positions),
      prefix_(std::move(prefix)),
      label_(std::move(label)),
      sink_(&sink) {}

SettingReader SettingReader::of_annotations(const k8s::ObjectMeta& meta, std::string_view prefix,
                                            std::vector<Diagnostic>& sink) {
    return {k8s::Ingress::kKind, meta, meta.annotations, meta.annotation_positions, std::string(prefix) + "/",
            "annotation ",       sink};
}

SettingReader SettingReader::of_configmap(const k8s::ConfigMap& map, std::vector<Diagnostic>& sink) {
    return {k8s::ConfigMap::kKind, map.meta, map.data, map.data_positions, "", "data.", sink};
}

std::optional<std::string_view> SettingReader::find(std::string_view name) const {
    const auto entry = values_->find(prefix_ + std::string(name));
    if (entry == values_->end()) return std::nullopt;
    auto text = std::string_view(entry->second);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    text = ascii::trim(text);
    return text.empty() ? std::nullopt : std::optional(text);
}

void SettingReader::report(Severity severity, std::string_view name, std::string message, std::string_view reason) {
    const auto position = positions_->find(prefix_ + std::string(name));
    sink_->push_back({.severity = severity,
                      .where = position == positions_->end() ? meta_->where : position->second,
                      .kind = kind_,
                      .object = meta_->name,
                      .field = label_ + std::string(name),
                      .message = std::move(message),
                      .reason = std::string(reason)});
}

std::vector<std::string_view> SettingReader::names() const {
    std::vector<std::string_view> found;
    for (auto entry = values_->lower_bound(prefix_); entry != values_->end(); ++entry) {
        const std::string_view key = entry->first;
        if (!key.starts_with(prefix_)) break;
        found.push_back(key.substr(prefix_.size()));
    }
    return found;
}

}  // namespace fairway::ingress
