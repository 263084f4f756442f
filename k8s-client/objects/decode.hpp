// Manifests to typed objects: one decoder for YAML and JSON, with a position for every complaint.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "k8s-client/objects/config.hpp"
#include "k8s-client/objects/ingress.hpp"
#include "k8s-client/objects/pod.hpp"
#include "k8s-client/objects/service.hpp"

namespace fairway::k8s {

using Object =
    std::variant<Ingress, IngressClass, Service, Endpoints, EndpointSlice, Secret, ConfigMap, Pod, Namespace, Node>;

const ObjectMeta& meta_of(const Object& object);
std::string_view kind_of(const Object& object);

enum class Severity { notice, warning, error };

/// One complaint about a manifest. Text form: "file:line:column: Ingress default/kubia spec.rules[0]…: message".
struct Complaint {
    Severity severity = Severity::error;
    Position where;
    std::string kind;   ///< may be empty when not yet known
    ObjectName object;  ///< may be empty
    std::string field;  ///< "spec.rules[0].http.paths[0].backend", may be empty
    std::string message;

    std::string to_string() const;
};

/// metadata of a list that an API server sent (meta/v1 ListMeta).
struct ListMeta {
    std::string resource_version;
    std::string continue_token;  ///< not empty: more pages follow
};

/// What one file (or one API answer) holds. Objects that have an error are not in `objects` but named in `refused`, so
/// that a caller can keep their last good version. A syntax error makes everything after it in the file unreadable:
/// `truncated` then tells the caller to keep what it had from this file.
struct Decoded {
    std::vector<Object> objects;
    std::vector<std::pair<std::string, ObjectName>> refused;  ///< kind, name
    std::vector<Complaint> complaints;
    bool truncated = false;
    ListMeta list;  ///< of the last list in the text; empty without one
};

/// Bounds against hostile input ("YAML bombs"); over a limit is an error that names it.
struct DecodeLimits {
    std::size_t max_bytes = 64 * 1024 * 1024;
    std::size_t max_depth = 64;
    std::size_t max_nodes =
        4'000'000;  ///< after alias expansion, per file; some 100 bytes each while a document is read
    std::size_t max_alias_expansion = 100'000;  ///< nodes that aliases may add, per document
};

/// @param file  named in positions and messages.
/// @param default_namespace  for namespaced objects that name none (kubectl's "default").
/// YAML 1.1 scalars as Kubernetes reads them (sigs.k8s.io/yaml); multi-document; kind List is flattened. Unknown kinds:
/// one notice each; unknown fields: a warning with a 'did you mean' (only for kinds and sub-objects that Fairway
/// reads whole; Pod spec and the like accept all of Kubernetes' fields in silence). With an empty `file` the text comes
/// from an API server, which may be newer than Fairway: unknown fields are no news then.
Decoded decode(std::string_view text, const std::string& file, const std::string& default_namespace = "default",
               const DecodeLimits& limits = {});

/// One line of a watch (meta/v1 WatchEvent).
struct WatchEvent {
    enum class Type {
        changed,   ///< ADDED or MODIFIED: the object is in `decoded`, or refused there
        deleted,   ///< `name` is gone
        bookmark,  ///< nothing but a resource version
        error,     ///< the watch ends: `code` and `message` of a meta/v1 Status
        unknown,   ///< not understood: the watch cannot be followed any further
    };
    Type type = Type::unknown;
    std::string kind;
    ObjectName name;
    std::string resource_version;     ///< where a watch goes on after this event
    bool initial_events_end = false;  ///< bookmark: everything that was there has been sent (sendInitialEvents)
    std::int64_t code = 0;            ///< 410: the resource version is too old, list again
    std::string message;
    Decoded decoded;
};

WatchEvent decode_watch_event(std::string_view line, const DecodeLimits& limits = {});

}  // namespace fairway::k8s
