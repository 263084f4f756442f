#include "ingress/file_source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace fs = std::filesystem;

namespace {

bool is_manifest_name(const fs::path& path) {
    if (path.filename().native().starts_with('.')) return false;
    const auto extension = ascii::lower_copy(path.extension().native());
    return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

Diagnostic file_problem(Severity severity, const fs::path& path, std::string message, std::string_view reason) {
    return {.severity = severity,
            .where = {.file = path.native(), .line = 0, .column = 0},
            .kind = {},
            .object = {},
            .field = {},
            .message = std::move(message),
            .reason = std::string(reason),
            .refuses_start = severity == Severity::error};
}

/// What keeps the objects that a file had before: nothing of it could be read now.
k8s::Decoded unreadable(const std::string& file, int error) {
    k8s::Complaint complaint;
    complaint.where.file = file;
    complaint.message = fmt::format("cannot be read: {}; check its permissions", std::strerror(error));
    k8s::Decoded decoded;
    decoded.complaints.push_back(std::move(complaint));
    decoded.truncated = true;
    return decoded;
}

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

fs::path parent_folder(const fs::path& path) {
    const auto parent = path.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

fs::path without_final_slash(const fs::path& path) {
    const auto normal = path.lexically_normal();
    return normal.has_filename() || !normal.has_parent_path() ? normal : normal.parent_path();
}

}  // namespace

FileSource::FileSource(std::vector<fs::path> roots, ObjectStore& store, DiagnosticBook& book)
    : store_(&store), book_(&book) {
    for (const auto& root : roots) {
        auto path = without_final_slash(root);
        if (std::ranges::find(roots_, path) == roots_.end()) roots_.push_back(std::move(path));
    }
}

void FileSource::load_all() { rescan(Reread::all); }

bool FileSource::rescan(Reread reread) {
    auto found = scan();
    bool changed = false;
    std::vector<fs::path> gone;
    for (const auto& [file, known] : known_)
        if (!found.files.contains(file)) gone.push_back(file);
    for (const auto& file : gone) {
        forget(file);
        changed = true;
    }
    for (const auto& file : found.files) {
        const auto signature = signature_of(file);
        if (!signature) continue;
        const auto known = known_.find(file);
        const bool same = known != known_.end() && known->second.signature == *signature;
        if (reread == Reread::all || !same) changed |= read(file, *signature);
    }
    folders_ = std::move(found.folders);
    links_ = std::move(found.links);
    book_->replace("paths", std::move(found.problems));
    return changed || reread == Reread::all;
}

bool FileSource::refresh(const fs::path& file) {
    const auto signature = signature_of(file);
    if (signature) return read(file, *signature);
    if (!known_.contains(file)) return false;
    forget(file);
    return true;
}

std::vector<fs::path> FileSource::affected_by(const fs::path& path, const SourceFolder& folder) const {
    std::vector<fs::path> files;
    const bool is_manifest = folder.interest == Interest::manifests && is_manifest_name(path);
    if (is_manifest || is_root(path) || known_.contains(path)) files.push_back(path);
    for (auto [link, end] = links_.equal_range(path); link != end; ++link) files.push_back(link->second);
    return files;
}

bool FileSource::is_root(const fs::path& path) const { return std::ranges::find(roots_, path) != roots_.end(); }

std::optional<FileSource::Signature> FileSource::signature_of(const fs::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return std::nullopt;
    return Signature{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
                     nanoseconds(status.st_ctim)};
}

FileSource::Scan FileSource::scan() const {
    Scan found;
    for (const auto& root : roots_) scan_root(root, found);
    return found;
}

void FileSource::scan_root(const fs::path& root, Scan& found) const {
    std::error_code error;
    const auto status = fs::status(root, error);
    found.folders.push_back(
        {parent_folder(root), fs::is_directory(status) ? Interest::certain_folders : Interest::certain_files});
    if (status.type() == fs::file_type::not_found) {
        found.problems.push_back(
            file_problem(Severity::error, root, "no such file or folder; check the path after -f", "PathNotFound"));
    } else if (error) {
        found.problems.push_back(
            file_problem(Severity::error, root, fmt::format("cannot be read: {}", error.message()), "PathUnreadable"));
    } else if (fs::is_directory(status)) {
        const auto before = found.files.size();
        scan_folder(root, found);
        if (found.files.size() == before)
            found.problems.push_back(
                file_problem(Severity::warning, root, "holds no .yaml, .yml or .json file", "FolderEmpty"));
    } else {
        found.files.insert(root);
        if (fs::is_symlink(fs::symlink_status(root, error))) note_link(root, found);
    }
}

void FileSource::note_link(const fs::path& link, Scan& found) {
    std::error_code error;
    const auto target = fs::canonical(link, error);
    if (error) return;
    found.links.emplace(target, link);
    found.folders.push_back({parent_folder(target), Interest::certain_files});
}

void FileSource::scan_folder(const fs::path& folder, Scan& found) const {
    std::error_code error;
    if (!found.visited.insert(fs::canonical(folder, error)).second) return;
    found.folders.push_back({folder, Interest::manifests});
    fs::directory_iterator entries(folder, error);
    if (error) {
        found.problems.push_back(file_problem(Severity::error, folder,
                                              fmt::format("cannot be read: {}", error.message()), "PathUnreadable"));
        return;
    }
    for (const auto& entry : entries) {
        const auto& path = entry.path();
        if (path.filename().native().starts_with('.')) continue;
        if (entry.is_directory(error)) {
            scan_folder(path.lexically_normal(), found);
        } else if (is_manifest_name(path) && entry.is_regular_file(error)) {
            found.files.insert(path.lexically_normal());
            if (entry.is_symlink(error)) note_link(path.lexically_normal(), found);
        }
    }
}

bool FileSource::read(const fs::path& file, const Signature& signature) {
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        if (errno == ENOENT) return refresh(file);
        store_->apply_file(file.native(), unreadable(file.native(), errno), *book_);
        known_[file] = {signature, 0};
        return true;
    }
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto hash = std::hash<std::string>{}(text);
    const auto known = known_.find(file);
    const bool same =
        known != known_.end() && known->second.content_hash == hash && known->second.signature.size == signature.size;
    known_[file] = {signature, hash};
    if (same) return false;
    store_->apply_file(file.native(), k8s::decode(text, file.native()), *book_);
    return true;
}

void FileSource::forget(const fs::path& file) {
    known_.erase(file);
    store_->remove_file(file.native(), *book_);
}

}  // namespace fairway::ingress
