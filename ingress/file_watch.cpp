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

constexpr auto kQuietAfterClose = 10ms;
constexpr auto kQuietWhileOpen = 40ms;
constexpr std::uint32_t kMask = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE |
                                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

Error inotify_error(const char* what, int error) {
    const char* fix = "";
    if (error == EMFILE) fix = "; raise the sysctl fs.inotify.max_user_instances";
    if (error == ENOSPC) fix = "; raise the sysctl fs.inotify.max_user_watches";
    return Error{fmt::format("cannot follow file changes: {}: {}{}", what, std::strerror(error), fix)};
}

}  // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::start(boost::asio::io_context& io, FileSource& source, std::function<void()> changed) {
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
        const int watch = ::inotify_add_watch(inotify_.native_handle(), folder.path.c_str(), kMask);
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
    alignas(inotify_event) std::array<char, 64 * 1024> buffer;
    while (true) {
        const auto size = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
        if (size <= 0) return;
        for (const char* at = buffer.data(); at < buffer.data() + size;) {
            const auto& event = *reinterpret_cast<const inotify_event*>(at);
            note(event);
            at += sizeof(inotify_event) + event.len;
        }
    }
}

void FileWatch::note(const inotify_event& event) {
    const auto now = Clock::now();
    const std::string_view name = event.len != 0 ? std::string_view(event.name) : std::string_view();
    const bool folder_event = (event.mask & (IN_Q_OVERFLOW | IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
    // "..data" of a ConfigMap volume is a symbolic link, so its swap is no folder event.
    if (folder_event || name.starts_with("..")) {
        rescan_due_ = now + kQuietAfterClose;
        return;
    }
    const auto watch = watches_.find(event.wd);
    if (watch == watches_.end() || name.empty()) return;
    const bool settled = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB)) != 0;
    const auto due = now + (settled ? kQuietAfterClose : kQuietWhileOpen);
    for (const auto& folder : watch->second) {
        const auto path = (folder.path / name).lexically_normal();
        if (source_->counts(path, folder.taken))
            due_[path] = due;
        else if (!folder.taken)
            rescan_due_ = due;  // perhaps what a symbolic link leads to
    }
}

void FileWatch::arm() {
    auto next = rescan_due_;
    for (const auto& [file, due] : due_) next = next ? std::min(*next, due) : due;
    if (!next) return;
    timer_.expires_at(*next);
    timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
        if (error || !*alive) return;
        read_events();  // what is being written again waits for its end
        work_off();
        arm();
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
        if (entry->second > now) {
            ++entry;
            continue;
        }
        changed |= source_->refresh(entry->first);
        entry = due_.erase(entry);
    }
    if (changed) changed_();
}

}  // namespace fairway::ingress
