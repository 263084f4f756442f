// File watch: follows a FileSource by inotify on the control thread, and says when its objects changed.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.hpp"
#include "ingress/file_source.hpp"

struct inotify_event;

namespace fairway::ingress {

/// A file is read a short quiet time after the last event about it: 2 ms after it was closed or renamed, 40 ms after it
/// vanished or was written to without being closed (it may be half written); a file that never rests is read twice a
/// second. So changes are live within 100 ms of the last write, and no file can hold back the others.
class FileWatch {
public:
    using Clock = std::chrono::steady_clock;

    /// Errors: inotify is out of instances or watches; names the sysctl to raise.
    /// `source` must outlive the watch; `changed` runs in `io`.
    static Result<std::unique_ptr<FileWatch>> start(boost::asio::io_context& io, FileSource& source,
                                                    std::function<void()> changed);
    ~FileWatch();
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

    /// Brings the watches in line with the source's folders; whether objects changed meanwhile. Errors as start().
    Result<bool> sync();

private:
    FileWatch(boost::asio::io_context& io, int descriptor, FileSource& source, std::function<void()> changed);

    Result<bool> add_watches();
    void announce();
    void wait_for_events();
    void read_events();
    void note(const inotify_event& event);
    void rescan_soon();
    void refresh_later(const std::filesystem::path& file, std::uint32_t mask);
    void arm();
    void work_off();

    boost::asio::posix::stream_descriptor inotify_;
    boost::asio::steady_timer timer_;
    FileSource* source_;
    std::function<void()> changed_;
    std::map<int, std::vector<SourceFolder>> watches_;  ///< by watch descriptor; two paths may lead to one folder
    struct Due {
        Clock::time_point noticed;  ///< first event since the file was read
        Clock::time_point at;
    };
    std::map<std::filesystem::path, Due> due_;  ///< files to look at, and when
    std::optional<Clock::time_point> rescan_due_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< false for handlers that outlive us
};

}  // namespace fairway::ingress
