// Workbench: manifests as text in, snapshot and diagnostics out, without files or sockets.
#pragma once

#include <memory>
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
        : translator_({store_, readiness_}, std::move(options), book_) {}

    /// Adds or replaces a file.
    void put(const std::string& file, const std::string& manifests) {
        store_.apply_file(file, k8s::decode(manifests, file), book_);
    }
    void remove(const std::string& file) { store_.remove_file(file, book_); }
    /// Translates what changed.
    std::shared_ptr<const routing::Snapshot> translate() { return translator_.apply(store_.take_changes()); }

    Report report() const { return book_.current(); }
    Report take_fresh() { return book_.take_fresh(); }
    const ObjectStore& store() const { return store_; }
    Translator& translator() { return translator_; }

private:
    ObjectStore store_;
    PodReadiness readiness_;
    DiagnosticBook book_;
    Translator translator_;
};

}  // namespace fairway::ingress::test
