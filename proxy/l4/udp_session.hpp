// The datagrams of one UDP client, and what its endpoint answers.
#pragma once

#include <memory>
#include <vector>

#include "proxy/l4/datagram.hpp"
#include "proxy/l4/udp_listener.hpp"
#include "proxy/upstream/endpoint_picker.hpp"

namespace fairway::proxy::l4 {

/// Ends, as nginx's with proxy_responses, when each datagram of the client has got StreamPolicy::udp_responses answers,
/// or when neither side sends for the idle time.
class UdpSession final : public io::Waiter, public io::ListHook {
public:
    UdpSession(UdpListener& listener, const DatagramPath& path, const StreamPort& port);
    ~UdpSession();

    const DatagramPath& path() const noexcept { return path_; }
    /// False: no endpoint is ready, or no socket to be had.
    bool connect();
    /// Sends a datagram of the client to the endpoint. False: the session is over.
    bool forward(std::span<const char> bytes);
    /// False when the listener leads elsewhere now, or the endpoint is no longer ready.
    bool is_current(const StreamPort& port);
    /// True when nothing is awaited; else the session lasts for `grace` at most.
    bool finish_soon(std::chrono::milliseconds grace);

private:
    static constexpr std::size_t kMaxRepeated =
        1232;  // most DNS messages: what servers send at most since DNS flag day 2020
    static constexpr int kMaxPerTurn = 64;

    void wake(io::Wake reason) override;
    /// False: the session is over.
    bool relay_answers();
    bool endpoint_failed();
    /// False, for those who return what it returns.
    bool fail();
    bool answered() const noexcept;
    bool may_try_another() const;
    const routing::EndpointSet& ready() const;
    void end();

    UdpListener& listener_;
    WorkerContext& worker_;
    StreamPort port_;
    DatagramPath path_;
    SocketAddress endpoint_;
    std::unique_ptr<io::Source> source_;
    std::vector<SocketAddress> tried_;
    std::vector<char> unanswered_;  // the latest datagram as long as nothing has come back, if it is a small one
    io::TimePoint began_;
    io::TimePoint moved_;
    io::TimePoint last_moment_ = io::kNever;  // of a session of a closed listener
    std::uint64_t generation_ = 0;            // of the snapshot that is_current() last looked at
    std::uint64_t requests_ = 0;
    std::uint64_t responses_ = 0;
    std::uint64_t received_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    bool failed_ = false;
};

}  // namespace fairway::proxy::l4
