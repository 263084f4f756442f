#include "ingress/object_store.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fairway::ingress {

namespace {

/// Stands for a file's name where an object comes from a cluster.
const std::string kLive;

ObjectKey key_of(const k8s::Object& object) { return {std::string(k8s::kind_of(object)), k8s::meta_of(object).name}; }

Diagnostic to_diagnostic(const k8s::Complaint& complaint) {
    return {.severity = complaint.severity,
            .where = complaint.where,
            .kind = complaint.kind,
            .object = complaint.object,
            .field = complaint.field,
            .message = complaint.message,
            .reason = complaint.severity == Severity::error ? "ManifestInvalid" : "ManifestQuestionable",
            .refuses_start = complaint.severity == Severity::error};
}

Diagnostic duplicate(const k8s::Object& loser, const k8s::Object& winner) {
    const auto& meta = k8s::meta_of(loser);
    return {.severity = Severity::error,
            .where = meta.where,
            .kind = std::string(k8s::kind_of(loser)),
            .object = meta.name,
            .field = {},
            .message = fmt::format("is already defined at {}, which counts; remove one of them",
                                   k8s::meta_of(winner).where.to_string()),
            .reason = "DuplicateObject"};
}

bool same_version(const k8s::Object& a, const k8s::Object& b) {
    const auto& known = k8s::meta_of(a);
    const auto& given = k8s::meta_of(b);
    const auto withheld = [](const k8s::Object& object) {
        const auto* secret = std::get_if<k8s::Secret>(&object);
        return secret != nullptr && secret->withheld;
    };
    return !given.resource_version.empty() && known.resource_version == given.resource_version &&
           withheld(a) == withheld(b);
}

/// metadata.generation counts the changes of an Ingress's spec.
bool differs_in_status_only(const k8s::Object& a, const k8s::Object& b) {
    if (!std::holds_alternative<k8s::Ingress>(a) || !std::holds_alternative<k8s::Ingress>(b)) return false;
    const auto& known = k8s::meta_of(a);
    const auto& given = k8s::meta_of(b);
    return given.generation != 0 && known.generation == given.generation && known.uid == given.uid &&
           known.annotations == given.annotations && known.labels == given.labels &&
           known.deletion_time == given.deletion_time;
}

/// What the diagnostics of a cluster's object are filed under.
std::string unit_of(const ObjectKey& key) { return fmt::format("object:{}/{}", key.kind, key.name.to_string()); }

Diagnostic kept(const ObjectPtr& object, const std::string& file) {
    return {.severity = Severity::warning,
            .where = {.file = file, .line = 0, .column = 0},
            .kind = std::string(k8s::kind_of(*object)),
            .object = k8s::meta_of(*object).name,
            .field = {},
            .message = "keeps its last good version until the file is right again",
            .reason = "LastGoodVersionKept"};
}

}  // namespace

void ObjectStore::apply_file(const std::string& file, k8s::Decoded decoded, DiagnosticBook& book) {
    auto& contents = files_[file];
    const auto known = std::move(contents.keys);
    contents = {};
    for (const auto& complaint : decoded.complaints) contents.complaints.push_back(to_diagnostic(complaint));

    for (auto& object : decoded.objects) {
        auto shared = std::make_shared<const k8s::Object>(std::move(object));
        auto key = key_of(*shared);
        if (contents.keys.insert(key).second)
            put(key, file, std::move(shared));
        else
            contents.complaints.push_back(duplicate(*shared, *counted(key)));
    }
    const auto was_refused = [&](const ObjectKey& key) {
        return std::ranges::any_of(decoded.refused, [&](const auto& refused) {
            return refused.first == key.kind && refused.second == key.name;
        });
    };
    for (const auto& key : known) {
        if (contents.keys.contains(key)) continue;
        if (!decoded.truncated && !was_refused(key)) {
            drop(key, file);
            continue;
        }
        contents.keys.insert(key);
        contents.complaints.push_back(kept(counted(key), file));
    }
    report_file(file, book);
    report_rivals(book);
}

void ObjectStore::remove_file(const std::string& file, DiagnosticBook& book) {
    const auto found = files_.find(file);
    if (found == files_.end()) return;
    const auto contents = std::move(found->second);
    files_.erase(found);
    for (const auto& key : contents.keys) drop(key, file);
    book.forget("file:" + file);
    report_rivals(book);
}

bool ObjectStore::apply_live(k8s::Decoded decoded, DiagnosticBook& book) {
    std::map<ObjectKey, std::vector<Diagnostic>> complaints;
    bool changed = !decoded.complaints.empty() || !decoded.refused.empty();
    for (auto& object : decoded.objects) {
        auto shared = std::make_shared<const k8s::Object>(std::move(object));
        auto key = key_of(*shared);
        if (!replace_quietly(key, shared)) {
            put(key, kLive, std::move(shared));
            changed = true;
        }
        complaints.try_emplace(std::move(key));
    }
    for (const auto& [kind, name] : decoded.refused) complaints.try_emplace({kind, name});
    for (const auto& complaint : decoded.complaints)
        complaints[{complaint.kind, complaint.object}].push_back(to_diagnostic(complaint));
    for (auto& [key, diagnostics] : complaints) book.replace(unit_of(key), std::move(diagnostics));
    return changed;
}

/// @return whether the object means what the one that counts means, which it has taken the place of.
bool ObjectStore::replace_quietly(const ObjectKey& key, const ObjectPtr& object) {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return false;
    auto& known = found->second.front();
    if (known.file != kLive) return false;
    if (same_version(*known.object, *object)) return true;
    if (!differs_in_status_only(*known.object, *object)) return false;
    known.object = object;
    return true;
}

void ObjectStore::remove_live(const ObjectKey& key, DiagnosticBook& book) {
    drop(key, kLive);
    book.forget(unit_of(key));
}

std::vector<std::string> ObjectStore::files() const {
    std::vector<std::string> names;
    for (const auto& [file, contents] : files_) names.push_back(file);
    return names;
}

ObjectPtr ObjectStore::find_object(const ObjectKey& key) const { return counted(key); }

ObjectPtr ObjectStore::counted(const ObjectKey& key) const {
    const auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : found->second.front().object;
}

std::vector<const k8s::EndpointSlice*> ObjectStore::slices_of(const k8s::ObjectName& service) const {
    std::vector<const k8s::EndpointSlice*> slices;
    if (const auto names = slices_by_service_.find(service); names != slices_by_service_.end())
        for (const auto& name : names->second)
            if (const auto* slice = find<k8s::EndpointSlice>(name)) slices.push_back(slice);
    return slices;
}

std::vector<const k8s::Pod*> ObjectStore::pods_of(const k8s::Service& service) const {
    std::vector<const k8s::Pod*> pods;
    const auto& ns = service.meta.name.ns;
    if (const auto* names = pods_by_label_.candidates(ns, service.selector))
        for (const auto& name : *names)
            if (const auto* pod = find<k8s::Pod>({ns, name}); pod && selects(service.selector, pod->meta.labels))
                pods.push_back(pod);
    return pods;
}

std::vector<k8s::ObjectName> ObjectStore::services_of(const k8s::Pod& pod) const {
    std::vector<k8s::ObjectName> services;
    const auto& ns = pod.meta.name.ns;
    for (auto& name : services_by_selector_.candidates(ns, pod.meta.labels))
        if (const auto* service = find<k8s::Service>({ns, name});
            service && selects(service->selector, pod.meta.labels))
            services.push_back({ns, std::move(name)});
    std::ranges::sort(services);
    return services;
}

std::vector<ObjectChange> ObjectStore::take_changes() {
    std::vector<ObjectChange> changes;
    for (auto& [key, before] : changed_) {
        auto after = counted(key);
        if (before != after) changes.push_back({key, std::move(before), std::move(after)});
    }
    changed_.clear();
    return changes;
}

void ObjectStore::put(const ObjectKey& key, const std::string& file, ObjectPtr object) {
    const auto before = counted(key);
    auto& candidates = objects_[key];
    const auto at = std::ranges::lower_bound(candidates, file, {}, &Candidate::file);
    if (at != candidates.end() && at->file == file)
        at->object = std::move(object);
    else
        candidates.insert(at, {file, std::move(object)});
    note_rivals(candidates);
    note_change(key, before);
}

void ObjectStore::drop(const ObjectKey& key, const std::string& file) {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return;
    const auto before = counted(key);
    note_rivals(found->second);
    std::erase_if(found->second, [&](const Candidate& candidate) { return candidate.file == file; });
    if (found->second.empty()) objects_.erase(found);
    note_change(key, before);
}

void ObjectStore::note_change(const ObjectKey& key, const ObjectPtr& before) {
    const auto after = counted(key);
    if (before == after) return;
    take_from_indices(before);
    add_to_indices(after);
    changed_.try_emplace(key, before);
}

void ObjectStore::note_rivals(const Candidates& candidates) {
    if (candidates.size() < 2) return;
    for (const auto& candidate : candidates) rivals_.insert(candidate.file);
}

void ObjectStore::report_rivals(DiagnosticBook& book) {
    for (const auto& file : rivals_)
        if (files_.contains(file)) report_file(file, book);
    rivals_.clear();
}

void ObjectStore::add_to_indices(const ObjectPtr& object) {
    if (const auto* slice = object_as<k8s::EndpointSlice>(object))
        slices_by_service_[{slice->meta.name.ns, slice->service_name()}].insert(slice->meta.name);
    else if (const auto* pod = object_as<k8s::Pod>(object))
        pods_by_label_.add(pod->meta.name, pod->meta.labels);
    else if (const auto* service = object_as<k8s::Service>(object))
        services_by_selector_.add(service->meta.name, service->selector);
}

void ObjectStore::take_from_indices(const ObjectPtr& object) {
    if (const auto* slice = object_as<k8s::EndpointSlice>(object)) {
        const auto found = slices_by_service_.find({slice->meta.name.ns, slice->service_name()});
        if (found == slices_by_service_.end()) return;
        found->second.erase(slice->meta.name);
        if (found->second.empty()) slices_by_service_.erase(found);
    } else if (const auto* pod = object_as<k8s::Pod>(object)) {
        pods_by_label_.remove(pod->meta.name, pod->meta.labels);
    } else if (const auto* service = object_as<k8s::Service>(object)) {
        services_by_selector_.remove(service->meta.name);
    }
}

void ObjectStore::report_file(const std::string& file, DiagnosticBook& book) const {
    const auto& contents = files_.at(file);
    auto diagnostics = contents.complaints;
    for (const auto& key : contents.keys) {
        const auto& candidates = objects_.at(key);
        if (candidates.front().file == file) continue;
        const auto own = std::ranges::find(candidates, file, &Candidate::file);
        diagnostics.push_back(duplicate(*own->object, *candidates.front().object));
    }
    book.replace("file:" + file, std::move(diagnostics));
}

}  // namespace fairway::ingress
