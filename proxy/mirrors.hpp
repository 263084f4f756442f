// Copies of requests on their way to mirrors: nobody waits for them, and nothing hangs on them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/body_spool.hpp"
#include "proxy/http/out_buffer.hpp"
#include "proxy/io/task.hpp"
#include "proxy/snapshot_ref.hpp"
#include "proxy/upstream/connect.hpp"

namespace fairway::proxy {

/// A request as it is to be sent.
struct MirrorCopy {
    SnapshotRef snapshot;  ///< what `target` is of
    UpstreamTarget target;
    OutBuffer head;
    std::shared_ptr<BodySpool> body;  ///< null: none
};

/// Of one worker.
class Mirrors {
public:
    static constexpr std::size_t kMaxCopies = 256;               ///< at once; more are given up
    static constexpr std::uint64_t kMaxBodyBytes = 64ULL << 20;  ///< held by them in all; more are given up
    static constexpr std::chrono::milliseconds kConnectTimeout{5'000};
    static constexpr std::chrono::milliseconds kTimeout{60'000};  ///< between two reads or writes
    static constexpr std::size_t kMaxResponseBytes = 1 << 20;     ///< read and dropped; then the connection is closed

    explicit Mirrors(io::Reactor& reactor);
    ~Mirrors();
    Mirrors(const Mirrors&) = delete;
    Mirrors& operator=(const Mirrors&) = delete;

    /// False: a limit is reached, and the copy is given up.
    bool start(MirrorCopy copy);

private:
    struct Running;
    io::Task<void> run(Running& running);
    io::Task<bool> send(Running& running);
    io::Task<void> drop_response(Running& running);

    io::Reactor& reactor_;
    std::vector<std::unique_ptr<Running>> running_;
    std::uint64_t body_bytes_ = 0;
};

}  // namespace fairway::proxy
