// Every annotation of ingress-nginx in one table: the parser, lint and docs/annotations.md all read it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fairway::ingress {

enum class Scope : std::uint8_t { location, backend, host, ingress };
/// ingress-nginx's annotations-risk-level.
enum class Risk : std::uint8_t { low, medium, high, critical };
enum class Status : std::uint8_t {
    acts,
    planned,      ///< known, without effect in this version: a warning
    meaningless,  ///< means nothing without nginx, or was removed from ingress-nginx: a notice
    refused,      ///< raw nginx text, which Fairway never takes
};

struct AnnotationDescriptor {
    std::string_view name;           ///< without prefix; a final '*' stands for any ending
    std::string_view values;         ///< what may be written, for people
    std::string_view default_value;  ///< empty: none
    std::string_view configmap_key;  ///< where the default comes from; empty: fixed
    Scope scope;
    Risk risk;
    Status status;
    /// It restricts who may reach the paths. While it does not act, every path of its Ingress answers 503.
    bool guards_access;
    std::string_view doc;           ///< one line
    std::string_view differs = {};  ///< how it acts otherwise than in ingress-nginx; empty: not at all
    std::string_view group = {};    ///< filled in by annotation_table()
};

/// In the order of the documentation.
std::span<const AnnotationDescriptor> annotation_table();
/// @param name  without prefix. nullptr: not an annotation of ingress-nginx.
const AnnotationDescriptor* find_annotation(std::string_view name);
std::span<const std::string_view> annotation_names();

std::string_view to_string(Scope scope);
std::string_view to_string(Risk risk);

/// The text of docs/annotations.md.
std::string annotation_documentation();

}  // namespace fairway::ingress
