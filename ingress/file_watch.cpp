#include "ingress/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/log.hpp"

namespace fairway::ingress {

namespace {

using namespace std::chrono_literals;

constexpr auto kQuietAfterClose = 2ms;
constexpr auto kQuietWhileOpen = 40ms;
constexpr auto kLongestWait = 500ms;
constexpr std::uint32_t kNameMask = IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ONLYDIR | IN_MASK_ADD;
constexpr std::uint32_t kContentMask =
    kNameMask | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

std::uint32_t mask_of(const SourceFolder& folder) {
    return folder.interest == Interest::certain_folders ? kNameMask : kContentMask;
}

Error inotify_error(const char* what, int error) {
    const char* fix = "";
    if (error == EMFILE) fix = "; raise the sysctl fs.inotify.max_user_instances";
    if (error == ENOSPC) fix = "; raise the sysctl fs.inotify.max_user_watches";
    return Error{fmt::format("cannot follow file changes: {}: {}{}", what, std::strerror(error), fix)};
}

}  // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::start(boost::asio::io_context& io, FileSource& source,
                                                    std::function<void()> changed) {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) return inotify_error("inotify_init", errno);
    std::unique_ptr<FileWatch> watch(new FileWatch(io, descriptor, source, std::move(changed)));
    const auto synced = watch->sync();
    if (!synced) return synced.error();
    if (*synced) watch->announce();
    watch->wait_for_events();
    return watch;
}

FileWatch::FileWatch(boost::asio::io_context& io, int descriptor, FileSource& source, std::function<void()> changed)
    : inotify_(io, descriptor), timer_(io), source_(&source), changed_(std::move(changed)) {}

FileWatch::~FileWatch() { *alive_ = false; }

Result<bool> FileWatch::sync() {
    // What appears in a new folder before its watch exists is found by the scan after it.
    bool changed = false;
    while (true) {
        const auto grew = add_watches();
        if (!grew) return grew.error();
        if (!*grew) return changed;
        changed |= source_->rescan(FileSource::Reread::changed);
    }
}

void FileWatch::announce() {
    boost::asio::post(timer_.get_executor(), [this, alive = alive_] {
        if (*alive) changed_();
    });
}

Result<bool> FileWatch::add_watches() {
    std::map<int, std::vector<SourceFolder>> watches;
    bool grew = false;
    for (const auto& folder : source_->folders()) {
        const int watch = ::inotify_add_watch(inotify_.native_handle(), folder.path.c_str(), mask_of(folder));
        if (watch < 0) {
            if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) continue;  // the scan reports what matters
            return inotify_error(folder.path.c_str(), errno);
        }
        grew |= !watches_.contains(watch);
        watches[watch].push_back(folder);
    }
    for (const auto& [watch, folders] : watches_)
        if (!watches.contains(watch)) ::inotify_rm_watch(inotify_.native_handle(), watch);
    watches_ = std::move(watches);
    return grew;
}

void FileWatch::wait_for_events() {
    inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this, alive = alive_](const boost::system::error_code& error) {
                            if (error || !*alive) return;
                            read_events();
                            arm();
                            wait_for_events();
                        });
}

void FileWatch::read_events() {
    // One buffer a turn: what a busy folder adds meanwhile must not keep the control thread here.
    alignas(inotify_event) std::array<char, 64 * 1024> buffer;
    const auto size = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
    for (const char* at = buffer.data(); size > 0 && at < buffer.data() + size;) {
        const auto& event = *reinterpret_cast<const inotify_event*>(at);
        note(event);
        at += sizeof(inotify_event) + event.len;
    }
}

void FileWatch::note(const inotify_event& event) {
    if ((event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) return rescan_soon();
    const auto watch = watches_.find(event.wd);
    if (watch == watches_.end() || event.len == 0) return;
    const std::string_view name = event.name;
    for (const auto& folder : watch->second) {
        const auto path = (folder.path / name).lexically_normal();
        // "..data" of a ConfigMap volume is a symbolic link, so its swap is no folder event.
        const bool layout =
            folder.interest == Interest::manifests && ((event.mask & IN_ISDIR) != 0 || name.starts_with(".."));
        if (layout || ((event.mask & IN_ISDIR) != 0 && source_->is_root(path))) rescan_soon();
        if ((event.mask & IN_ISDIR) != 0) continue;
        for (const auto& file : source_->affected_by(path, folder)) refresh_later(file, event.mask);
    }
}

void FileWatch::rescan_soon() {
    if (!rescan_due_) rescan_due_ = Clock::now() + kQuietAfterClose;
}

void FileWatch::refresh_later(const std::filesystem::path& file, std::uint32_t mask) {
    const auto now = Clock::now();
    std::error_code ignored;
    const bool settled = (mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB)) != 0;
    auto& due = due_.try_emplace(file, Due{now, now}).first->second;
    due.at = std::min(now + (settled ? kQuietAfterClose : kQuietWhileOpen), due.noticed + kLongestWait);
    // A link, or a file put where a folder was, changes what must be watched.
    if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0 &&
        std::filesystem::is_symlink(std::filesystem::symlink_status(file, ignored)))
        rescan_soon();
}

void FileWatch::arm() {
    auto next = rescan_due_;
    for (const auto& [file, due] : due_) next = next ? std::min(*next, due.at) : due.at;
    if (!next) return;
    timer_.expires_at(*next);
    timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
        if (error || !*alive) return;
        read_events();  // what is being written again waits for its end
        work_off();
        if (*alive) arm();  // the owner may have stopped us from its handler
    });
}

void FileWatch::work_off() {
    const auto now = Clock::now();
    bool changed = false;
    if (rescan_due_ && *rescan_due_ <= now) {
        rescan_due_.reset();
        changed |= source_->rescan(FileSource::Reread::changed);
        if (const auto synced = sync())
            changed |= *synced;
        else
            log::error("files.watch_failed", {{"error", synced.error().message}});
    }
    for (auto entry = due_.begin(); entry != due_.end();) {
        if (entry->second.at > now) {
            ++entry;
            continue;
        }
        changed |= source_->refresh(entry->first);
        entry = due_.erase(entry);
    }
    if (!changed) return;
    const auto tell = changed_;
    tell();
}

}  // namespace fairway::ingress
