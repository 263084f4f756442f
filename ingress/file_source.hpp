// File source: the manifests of -f PATH, read into the object store. Finds files, reads those that changed; knows
// nothing of waiting (file_watch.hpp does).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"

namespace fairway::ingress {

/// What matters in a folder: every manifest; only certain files (a -f PATH that lies in it, the target of a symbolic
/// link); or only that a certain folder appears and goes (the parent of a -f FOLDER, which may be as busy as /tmp).
enum class Interest { manifests, certain_files, certain_folders };

struct SourceFolder {
    std::filesystem::path path;
    Interest interest = Interest::manifests;
};

class FileSource {
public:
    /// @param roots  files (of any name) and folders (recursive: .yaml, .yml, .json; names that begin with '.' are left
    /// out, which covers the "..data" of ConfigMap volumes). `store` and `book` must outlive the source.
    FileSource(std::vector<std::filesystem::path> roots, ObjectStore& store, DiagnosticBook& book);

    /// Reads everything. A missing path or a broken file becomes a diagnostic that refuses the start.
    void load_all();

    enum class Reread { changed, all };
    /// Looks at every path again and reads files whose size, time or identity changed (or all).
    /// @return whether any object or diagnostic may have changed.
    bool rescan(Reread reread);
    /// Looks at one file again, whose content may have changed. Ignores a path that is no manifest of ours.
    bool refresh(const std::filesystem::path& file);

    /// Found by the last load_all() or rescan(): folders taken, the parents of roots, and where symbolic links lead.
    const std::vector<SourceFolder>& folders() const noexcept { return folders_; }
    /// The files to refresh() when `path`, which lies in `folder`, changes: itself, or the links that lead to it.
    std::vector<std::filesystem::path> affected_by(const std::filesystem::path& path, const SourceFolder& folder) const;
    /// Whether `path` is a -f PATH.
    bool is_root(const std::filesystem::path& path) const;

private:
    /// Identity of a file's content, cheaply.
    struct Signature {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t modified_ns = 0;
        std::int64_t changed_ns = 0;
        bool operator==(const Signature&) const = default;
    };
    struct Known {
        Signature signature;
        std::size_t content_hash = 0;
    };
    struct Scan {
        std::set<std::filesystem::path> files;
        std::vector<SourceFolder> folders;
        std::vector<Diagnostic> problems;
        std::multimap<std::filesystem::path, std::filesystem::path> links;  ///< target -> link
        std::set<std::filesystem::path> visited;  ///< canonical folders, against loops of symbolic links
    };

    static std::optional<Signature> signature_of(const std::filesystem::path& file);
    Scan scan() const;
    void scan_root(const std::filesystem::path& root, Scan& found) const;
    void scan_folder(const std::filesystem::path& folder, Scan& found) const;
    static void note_link(const std::filesystem::path& link, Scan& found);
    bool read(const std::filesystem::path& file, const Signature& signature);
    void forget(const std::filesystem::path& file);

    std::vector<std::filesystem::path> roots_;
    ObjectStore* store_;
    DiagnosticBook* book_;
    std::vector<SourceFolder> folders_;
    std::multimap<std::filesystem::path, std::filesystem::path> links_;
    std::map<std::filesystem::path, Known> known_;
};

}  // namespace fairway::ingress
