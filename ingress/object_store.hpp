// Object store: the Kubernetes objects that hold now, by kind and name, each with the file it came from.
// Sources put objects in; translation takes out what changed since it last looked.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ingress/diagnostics.hpp"
#include "ingress/label_index.hpp"
#include "k8s-client/objects/decode.hpp"

namespace fairway::ingress {

struct ObjectKey {
    std::string kind;
    k8s::ObjectName name;

    auto operator<=>(const ObjectKey&) const = default;
};

using ObjectPtr = std::shared_ptr<const k8s::Object>;

/// The object as its own type, or nullptr when there is none (or it is of another kind).
template <class T>
const T* object_as(const ObjectPtr& object) {
    return object ? std::get_if<T>(object.get()) : nullptr;
}

/// One object before and after; either may be null, not both.
struct ObjectChange {
    ObjectKey key;
    ObjectPtr before;
    ObjectPtr after;
};

class ObjectStore {
public:
    /// Takes over what `file` holds now: objects that it no longer holds go. Objects that the decoder refused, or could
    /// not reach in a truncated file, stay in their last good version. Every complaint becomes a diagnostic of the file.
    void apply_file(const std::string& file, k8s::Decoded decoded, DiagnosticBook& book);
    /// The file is gone, and its objects and diagnostics with it.
    void remove_file(const std::string& file, DiagnosticBook& book);
    /// Objects of a cluster, as they are now. Those that the decoder refused stay in their last good version.
    /// @return whether take_changes() or the diagnostics may have something new. A version that is known already is no
    /// change, and neither is one of an Ingress that differs in its status alone, which we write ourselves.
    bool apply_live(k8s::Decoded decoded, DiagnosticBook& book);
    /// An object of a cluster is gone.
    void remove_live(const ObjectKey& key, DiagnosticBook& book);
    /// Files that objects or diagnostics came from, in order of path.
    std::vector<std::string> files() const;

    template <class T>
    const T* find(const k8s::ObjectName& name) const {
        return object_as<T>(find_object({T::kKind, name}));
    }
    ObjectPtr find_object(const ObjectKey& key) const;

    /// All objects of a kind, in order of namespace and name.
    template <class T, class Visit>
    void for_each(Visit visit) const {
        for (auto at = objects_.lower_bound({T::kKind, {}}); at != objects_.end() && at->first.kind == T::kKind; ++at)
            visit(*object_as<T>(at->second.front().object));
    }
    /// Objects of a kind in one namespace.
    template <class T, class Visit>
    void for_each_in(const std::string& ns, Visit visit) const {
        for (auto at = objects_.lower_bound({T::kKind, {ns, ""}});
             at != objects_.end() && at->first.kind == T::kKind && at->first.name.ns == ns; ++at)
            visit(*object_as<T>(at->second.front().object));
    }
    /// Whether there is any object of a kind in a namespace.
    template <class T>
    bool holds_any_in(const std::string& ns) const {
        const auto at = objects_.lower_bound({T::kKind, {ns, ""}});
        return at != objects_.end() && at->first.kind == T::kKind && at->first.name.ns == ns;
    }
    /// The object of a kind that comes next after a name, in order of namespace and name, whether or not that one exists;
    /// nullptr: there is none.
    template <class T>
    const T* first_after(const k8s::ObjectName& name) const {
        const auto at = objects_.upper_bound({T::kKind, name});
        return at != objects_.end() && at->first.kind == T::kKind ? object_as<T>(at->second.front().object) : nullptr;
    }
    /// EndpointSlices whose label names the Service, in order of name.
    std::vector<const k8s::EndpointSlice*> slices_of(const k8s::ObjectName& service) const;
    /// Pods that the Service's selector chooses in its namespace, in order of name. Costs what its rarest label finds.
    std::vector<const k8s::Pod*> pods_of(const k8s::Service& service) const;
    /// Services whose selector chooses the Pod, in order of name.
    std::vector<k8s::ObjectName> services_of(const k8s::Pod& pod) const;

    /// What changed since the last call, one entry for each object; "before" is what the last call saw.
    std::vector<ObjectChange> take_changes();

private:
    struct Candidate {
        std::string file;
        ObjectPtr object;
    };
    using Candidates = std::vector<Candidate>;  ///< in order of path; the first one counts

    ObjectPtr counted(const ObjectKey& key) const;
    bool replace_quietly(const ObjectKey& key, const ObjectPtr& object);
    void put(const ObjectKey& key, const std::string& file, ObjectPtr object);
    void drop(const ObjectKey& key, const std::string& file);
    void note_change(const ObjectKey& key, const ObjectPtr& before);
    void add_to_indices(const ObjectPtr& object);
    void take_from_indices(const ObjectPtr& object);
    void note_rivals(const Candidates& candidates);
    void report_file(const std::string& file, DiagnosticBook& book) const;
    void report_rivals(DiagnosticBook& book);

    std::map<ObjectKey, Candidates> objects_;
    struct FileContents {
        std::set<ObjectKey> keys;
        std::vector<Diagnostic> complaints;
    };
    std::map<std::string, FileContents> files_;
    std::map<k8s::ObjectName, std::set<k8s::ObjectName>> slices_by_service_;
    LabelIndex pods_by_label_;
    SelectorIndex services_by_selector_;
    std::set<std::string> rivals_;            ///< files that define the same object as another, to be reported again
    std::map<ObjectKey, ObjectPtr> changed_;  ///< key -> version at the last take_changes()
};

}  // namespace fairway::ingress
