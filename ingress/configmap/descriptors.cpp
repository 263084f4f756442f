#include "ingress/configmap/descriptors.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

namespace fairway::ingress {

namespace {

const std::vector<ConfigKeyDescriptor>& rows() {
    static const auto kRows = [] {
        std::vector<ConfigKeyDescriptor> all;
        for (const auto& group : config_key_groups()) {
            for (auto row : group.rows) {
                row.group = group.title;
                all.push_back(row);
            }
        }
        return all;
    }();
    return kRows;
}

std::string status_text(const ConfigKeyDescriptor& row) {
    switch (row.status) {
        case Status::acts: return row.differs.empty() ? "acts" : fmt::format("acts; differs: {}", row.differs);
        case Status::planned: return row.guards_access ? "not yet: **all paths answer 503**" : "not yet: warning";
        case Status::meaningless: return "no effect: notice";
        case Status::refused: return "refused: warning";
    }
    return "";
}

}  // namespace

std::span<const ConfigKeyDescriptor> config_key_table() { return rows(); }

const ConfigKeyDescriptor* find_config_key(std::string_view name) {
    static const auto kByName = [] {
        std::unordered_map<std::string_view, const ConfigKeyDescriptor*> index;
        for (const auto& row : rows()) index.emplace(row.name, &row);
        return index;
    }();
    if (const auto exact = kByName.find(name); exact != kByName.end()) return exact->second;
    const auto family = std::ranges::find_if(rows(), [&](const ConfigKeyDescriptor& row) {
        return row.name.ends_with('*') && name.starts_with(row.name.substr(0, row.name.size() - 1));
    });
    return family == rows().end() ? nullptr : &*family;
}

std::span<const std::string_view> config_key_names() {
    static const auto kNames = [] {
        std::vector<std::string_view> names;
        for (const auto& row : rows()) names.push_back(row.name);
        return names;
    }();
    return kNames;
}

std::string configmap_documentation() {
    std::string text = "# ConfigMap keys\n\n"
                       "Every key of ingress-nginx's ConfigMap (`--configmap namespace/name`) and a few of our own, "
                       "with what this version\n"
                       "of Fairway does about it. Generated from the table that the parser reads "
                       "(`ingress/configmap/table.cpp`).\n\n"
                       "Values are strings; booleans are `true`, `false` and the other words of Go's ParseBool; lists "
                       "are comma separated. A\n"
                       "value that cannot be used leaves the default in place and is reported with its line. Changes "
                       "are live at once, unless\n"
                       "the row says otherwise; a missing ConfigMap means all defaults.\n\n"
                       "A key that restricts access and cannot be honoured is never ignored: all paths answer 503 "
                       "until it is removed.\n";
    std::string_view group;
    for (const auto& row : rows()) {
        if (row.group != group) {
            group = row.group;
            text += fmt::format(
                "\n## {}\n\n| Key | Values | Default | Status | What it does |\n|---|---|---|---|---|\n", group);
        }
        text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name, row.values,
                            row.default_value.empty() ? "–" : fmt::format("`{}`", row.default_value), status_text(row),
                            row.doc);
    }
    return text;
}

}  // namespace fairway::ingress
