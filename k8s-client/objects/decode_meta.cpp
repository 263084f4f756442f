// metadata: meta/v1 ObjectMeta.
#include <fmt/format.h>

#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/names.hpp"
#include "k8s-client/objects/quote.hpp"
#include "k8s-client/objects/timestamp.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kMetaFields[] = {"name",
                                            "namespace",
                                            "labels",
                                            "annotations",
                                            "uid",
                                            "resourceVersion",
                                            "generation",
                                            "creationTimestamp",
                                            "deletionTimestamp",
                                            "deletionGracePeriodSeconds",
                                            "finalizers",
                                            "generateName",
                                            "managedFields",
                                            "ownerReferences",
                                            "selfLink",
                                            "clusterName"};

bool fits(std::string_view name, NameSyntax syntax) {
    return syntax == NameSyntax::dns_label ? is_dns_label(name) : is_dns_subdomain(name);
}

std::string decode_name(const Field& meta, const Kind& kind) {
    auto name = meta.required_string("name", fmt::format("write the {}'s name", kind.name));
    if (name.empty() || fits(name, kind.name_syntax)) return name;
    meta.at("name").error(fmt::format(
        "{} is not a name; use lower-case letters, digits{}, at most {}, with a letter or digit at both ends",
        k8s::quoted(name), kind.name_syntax == NameSyntax::dns_label ? " and '-'" : ", '-' and '.'",
        kind.name_syntax == NameSyntax::dns_label ? 63 : 253));
    return name;
}

std::string decode_namespace_of(const Field& meta, const Kind& kind, const std::string& default_namespace) {
    if (kind.scope == Scope::cluster) return {};
    auto ns = meta.string("namespace");
    if (ns.empty()) return default_namespace;
    if (!is_dns_label(ns))
        meta.at("namespace")
            .error(fmt::format("{} is not a namespace's name; use lower-case letters, digits and '-', at most 63",
                               k8s::quoted(ns)));
    return ns;
}

std::optional<std::int64_t> decode_time(const Field& meta, std::string_view key) {
    const auto field = meta.at(key);
    const auto text = field.text("a time as text");
    if (!text) return {};
    const auto time = parse_timestamp(*text);
    if (!time)
        field.error(
            fmt::format("{} is not a time; write it as 2026-07-01T12:00:00Z, or leave it out", k8s::quoted(*text)));
    return time;
}

}  // namespace

ObjectMeta decode_meta(const Field& root, const Kind& kind, const std::string& default_namespace) {
    const auto fields = root.mapping("metadata", kMetaFields);
    ObjectMeta meta;
    meta.where = root.where();
    if (fields.present() || !root.at("metadata").present()) meta.name.name = decode_name(fields, kind);
    meta.name.ns = decode_namespace_of(fields, kind, default_namespace);
    root.report().set_object(meta.name);
    meta.uid = fields.string("uid");
    meta.resource_version = fields.string("resourceVersion");
    meta.generation = fields.integer("generation", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    meta.creation_time = decode_time(fields, "creationTimestamp").value_or(0);
    meta.deletion_time = decode_time(fields, "deletionTimestamp");
    meta.labels = fields.strings("labels");
    meta.annotations = fields.strings("annotations", &meta.annotation_positions);
    return meta;
}

}  // namespace fairway::k8s
