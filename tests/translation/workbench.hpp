// Workbench: manifests as text in, snapshot and diagnostics out, without files or sockets.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"
#include "ingress/options.hpp"
#include "ingress/translator.hpp"
#include "routing/snapshot.hpp"

namespace fairway::ingress::test {

/// What `fairway run` sets.
inline TranslationOptions standalone_options() {
    TranslationOptions options;
    options.watch_ingress_without_class = true;
    return options;
}

class Workbench {
public:
    explicit Workbench(TranslationOptions options = standalone_options())
        : translator_({store_, readiness_, options.disable_service_external_name ? nullptr : &names_}, options, book_) {
    }

    /// Adds or replaces a file.
    void put(const std::string& file, const std::string& manifests) {
        store_.apply_file(file, k8s::decode(manifests, file), book_);
    }
    void remove(const std::string& file) { store_.remove_file(file, book_); }
    /// Translates what changed. @param touched  Services whose Pods or names others have looked at.
    std::shared_ptr<const routing::Snapshot> translate(const std::set<k8s::ObjectName>& touched = {}) {
        return translator_.apply(store_.take_changes(), touched);
    }

    Report report() const { return book_.current(); }
    Report take_fresh() { return book_.take_fresh(); }
    const ObjectStore& store() const { return store_; }
    Translator& translator() { return translator_; }
    PodReadiness& readiness() { return readiness_; }
    NameAnswers& names() { return names_; }

private:
    ObjectStore store_;
    PodReadiness readiness_;
    NameAnswers names_;
    DiagnosticBook book_;
    Translator translator_;
};

}  // namespace fairway::ingress::test
