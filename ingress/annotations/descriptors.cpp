#include "ingress/annotations/descriptors.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "ingress/annotations/table.hpp"

namespace fairway::ingress {

namespace {

const std::vector<AnnotationDescriptor>& rows() {
    static const auto kRows = [] {
        std::vector<AnnotationDescriptor> all;
        for (const auto& group : annotation_groups()) {
            for (auto row : group.rows) {
                row.group = group.title;
                all.push_back(row);
            }
        }
        return all;
    }();
    return kRows;
}

std::string status_text(const AnnotationDescriptor& row) {
    switch (row.status) {
        case Status::acts: return row.differs.empty() ? "acts" : fmt::format("acts; differs: {}", row.differs);
        case Status::planned: return row.guards_access ? "not yet: **paths answer 503**" : "not yet: warning";
        case Status::meaningless: return "no effect: notice";
        case Status::refused: return "refused: **paths answer 503**";
    }
    return "";
}

/// '|' would end a cell of a Markdown table.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string code(std::string_view text) { return text.empty() ? std::string("–") : fmt::format("`{}`", cell(text)); }

}  // namespace

std::span<const AnnotationDescriptor> annotation_table() { return rows(); }

const AnnotationDescriptor* find_annotation(std::string_view name) {
    static const auto kByName = [] {
        std::unordered_map<std::string_view, const AnnotationDescriptor*> index;
        for (const auto& row : rows()) index.emplace(row.name, &row);
        return index;
    }();
    if (const auto exact = kByName.find(name); exact != kByName.end()) return exact->second;
    const auto family = std::ranges::find_if(rows(), [&](const AnnotationDescriptor& row) {
        return row.name.ends_with('*') && name.starts_with(row.name.substr(0, row.name.size() - 1));
    });
    return family == rows().end() ? nullptr : &*family;
}

std::span<const std::string_view> annotation_names() {
    static const auto kNames = [] {
        std::vector<std::string_view> names;
        for (const auto& row : rows()) names.push_back(row.name);
        return names;
    }();
    return kNames;
}

std::string_view to_string(Scope scope) {
    switch (scope) {
        case Scope::location: return "path";
        case Scope::backend: return "backend";
        case Scope::host: return "host";
        case Scope::ingress: return "Ingress";
    }
    return "";
}

std::string_view to_string(Risk risk) {
    switch (risk) {
        case Risk::low: return "low";
        case Risk::medium: return "medium";
        case Risk::high: return "high";
        case Risk::critical: return "critical";
    }
    return "";
}

std::string annotation_documentation() {
    std::string text = "# Annotations\n\n"
                       "Every annotation of ingress-nginx, with what this version of Fairway does about it. Generated "
                       "from the table that the\n"
                       "parser reads (`ingress/annotations/table.cpp`).\n\n"
                       "Names are written without their prefix, `nginx.ingress.kubernetes.io/` unless "
                       "`--annotations-prefix` says otherwise.\n"
                       "Values are strings; booleans are `true`, `false` and the other words of Go's ParseBool. A bad "
                       "value keeps the default\n"
                       "and is reported by `fairway lint` with its line. A default with a ConfigMap key can be changed "
                       "for all Ingresses there\n"
                       "(see [configmap.md](configmap.md)).\n\n"
                       "An annotation that restricts access and cannot be honoured is never ignored: all paths of its "
                       "Ingress answer 503, and\n"
                       "the reason is an error in the log and in `fairway lint`.\n";
    std::string_view group;
    for (const auto& row : rows()) {
        if (row.group != group) {
            group = row.group;
            text += fmt::format(
                "\n## {}\n\n| Annotation | Values | Default | ConfigMap key | Scope | Risk | Status | What it does |\n"
                "|---|---|---|---|---|---|---|---|\n",
                group);
        }
        text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", cell(row.name), cell(row.values),
                            code(row.default_value), code(row.configmap_key), to_string(row.scope), to_string(row.risk),
                            cell(status_text(row)), cell(row.doc));
    }
    return text;
}

}  // namespace fairway::ingress
