// UDP through a service listener, in one worker: a session for each client, with a socket of its own to its endpoint.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "proxy/l4/datagram.hpp"
#include "proxy/l4/stream_port.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy::l4 {

class UdpSession;

/// The kernel chooses the worker by the addresses and ports of both sides, so a client's datagrams meet in one session as
/// long as the sockets of the listener stay the same.
class UdpListener final : public io::Waiter {
public:
    /// Beyond so many the one that was silent for longest goes. A session takes a descriptor and at most 2 KB.
    static constexpr std::size_t kMaxSessions = 8192;
    /// How long sessions of a closed listener may still wait for answers.
    static constexpr std::chrono::seconds kClosingGrace{5};

    /// @param fd    bound; owned from here on. Throws std::system_error when the kernel watches no more descriptors.
    /// @param port  outlives the listener, and may change: new sessions use what it says then.
    UdpListener(WorkerContext& worker, int fd, const StreamPort& port);
    ~UdpListener();
    UdpListener(const UdpListener&) = delete;
    UdpListener& operator=(const UdpListener&) = delete;

    /// Forwards what the kernel has queued and takes nothing more. Sessions that await answers get kClosingGrace.
    void close();
    bool has_sessions() const noexcept { return !sessions_.empty(); }

private:
    friend class UdpSession;
    static constexpr int kMaxPerTurn = 64;  // then others have their turn

    void wake(io::Wake reason) override;
    /// True when there may be more.
    bool take_datagrams(int at_most);
    void forward(const DatagramPath& path, std::span<const char> bytes);
    UdpSession* session_for(const DatagramPath& path);
    UdpSession* begin_session(const DatagramPath& path);
    void end_oldest();

    WorkerContext& worker_;
    const StreamPort& port_;
    io::Source source_;
    std::map<DatagramPath, std::unique_ptr<UdpSession>> sessions_;
    io::ListHook by_age_;  // silent for longest first
};

}  // namespace fairway::proxy::l4
