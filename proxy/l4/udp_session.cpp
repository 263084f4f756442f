#include "proxy/l4/udp_session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "proxy/io/descriptor.hpp"
#include "proxy/io/socket_address.hpp"

namespace fairway::proxy::l4 {

namespace {

/// A socket whose datagrams go to `address`, and that gives only what comes from there.
io::Descriptor connected_socket(const SocketAddress& address) {
    const io::RawSocketAddress raw(address);
    io::Descriptor fd(socket(raw.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd && ::connect(fd.get(), raw.get(), raw.size()) != 0) return {};
    return fd;
}

bool is_endpoint_error(int error) {
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN;
}

}  // namespace

UdpSession::UdpSession(UdpListener& listener, const DatagramPath& path, const StreamPort& port)
    : listener_(listener),
      worker_(listener.worker_),
      port_(port),
      path_(path),
      began_(worker_.reactor.now()),
      moved_(began_),
      generation_(worker_.snapshot->generation) {
    ++port_.counters->accepted;
    ++port_.counters->active;
}

UdpSession::~UdpSession() {
    --port_.counters->active;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(io::Reactor::exact_now() - began_);
    const std::uint16_t status = failed_ ? 502 : 200;
    StreamRecord record{.client = path_.peer, .protocol = "UDP", .status = status};
    record.bytes_sent = sent_bytes_;
    record.bytes_received = received_bytes_;
    record.took = took;
    record.server_port = port_.address.port;
    record.upstream_name = port_.backend->name;
    worker_.finish_stream(record);
}

const routing::EndpointSet& UdpSession::ready() const { return worker_.snapshot->endpoints->of(port_.backend->id); }

bool UdpSession::fail() {
    failed_ = true;
    ++port_.counters->failed;
    return false;
}

bool UdpSession::connect() {
    source_.reset();
    if (ready().endpoints.empty()) return fail();
    EndpointPicker picker(worker_, *port_.backend, routing::LoadBalance::round_robin, ready(), path_.peer.ip);
    for (const SocketAddress& tried : tried_) picker.failed(tried);
    endpoint_ = picker.next().address;
    io::Descriptor fd = connected_socket(endpoint_);
    if (!fd) return fail();
    try {
        source_ = std::make_unique<io::Source>(worker_.reactor, fd.release(), true);
    } catch (const std::system_error&) {  // the kernel watches no more descriptors
        return fail();
    }
    source_->wait_readable(*this, port_.policy->idle_timeout);
    return true;
}

bool UdpSession::forward(std::span<const char> bytes) {
    moved_ = worker_.reactor.now();
    ++requests_;
    received_bytes_ += bytes.size();
    if (responses_ == 0 && bytes.size() <= kMaxRepeated)
        unanswered_.assign(bytes.begin(), bytes.end());
    else
        unanswered_.clear();
    while (send(source_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        if (!is_endpoint_error(errno)) {  // no room, or too large for the way there: lost, as datagrams may be
            ++port_.counters->dropped_datagrams;
            break;
        }
        // The error is that of a datagram before; an answer to which cannot come any more.
        if (!may_try_another()) return fail();
        tried_.push_back(endpoint_);
        if (!connect()) return false;
    }
    return port_.policy->udp_responses != 0;
}

bool UdpSession::is_current(const StreamPort& port) {
    if (port.backend->id != port_.backend->id) return false;
    if (generation_ == worker_.snapshot->generation) return true;
    generation_ = worker_.snapshot->generation;
    const auto& endpoints = ready().endpoints;
    const auto found = std::ranges::lower_bound(endpoints, endpoint_, {}, &routing::Endpoint::address);
    return found != endpoints.end() && found->address == endpoint_;
}

bool UdpSession::finish_soon(std::chrono::milliseconds grace) {
    if (port_.policy->udp_responses == routing::StreamPolicy::kUnlimited || answered()) return true;
    last_moment_ = worker_.reactor.now() + grace;
    source_->stop_reading();
    source_->wait_readable(*this, grace);
    return false;
}

void UdpSession::wake(io::Wake reason) {
    const auto now = worker_.reactor.now();
    if (reason == io::Wake::ready && !relay_answers()) return end();
    const auto until = std::min(moved_ + port_.policy->idle_timeout, last_moment_);
    if (until <= now) return end();
    source_->wait_readable(*this, std::chrono::ceil<std::chrono::milliseconds>(until - now));
}

bool UdpSession::relay_answers() {
    io::Buffer buffer = worker_.buffers.large();
    for (int count = 0; count < kMaxPerTurn; ++count) {
        const ssize_t got = recv(source_->fd(), buffer.data(), kMaxDatagram, 0);
        if (got < 0 && is_endpoint_error(errno)) return endpoint_failed();
        if (got < 0) return true;
        moved_ = worker_.reactor.now();
        unlink();
        listener_.by_age_.push_back(*this);
        const std::span<const char> answer = buffer.span().first(static_cast<std::size_t>(got));
        if (send_datagram(listener_.source_.fd(), path_, answer)) {
            sent_bytes_ += answer.size();
            port_.counters->sent_bytes += answer.size();
        } else {
            ++port_.counters->dropped_datagrams;
        }
        if (responses_++ == 0 && !tried_.empty()) {
            EndpointPicker picker(worker_, *port_.backend, routing::LoadBalance::round_robin, ready(), path_.peer.ip);
            for (const SocketAddress& tried : tried_) picker.failed(tried);
            picker.worked(endpoint_);
        }
        unanswered_.clear();
        if (answered()) return false;
    }
    source_->report_again();
    return true;
}

// ICMP says that nobody listens there, or that there is no way. The latest datagram goes to another endpoint, if nothing
// has come back from this one.
bool UdpSession::endpoint_failed() {
    if (responses_ > 0 || !may_try_another()) return fail();
    tried_.push_back(endpoint_);
    if (!connect()) return false;
    source_->stop_reading();  // wake() goes on waiting
    if (!unanswered_.empty()) send(source_->fd(), unanswered_.data(), unanswered_.size(), MSG_NOSIGNAL);
    return true;
}

bool UdpSession::may_try_another() const {
    const auto& policy = *port_.policy;
    const std::size_t tries = policy.tries != 0 ? policy.tries : ready().endpoints.size();
    return policy.next_endpoint && tried_.size() + 1 < tries;
}

bool UdpSession::answered() const noexcept {
    const std::uint64_t each = port_.policy->udp_responses;
    return each != routing::StreamPolicy::kUnlimited && responses_ >= each * requests_;
}

void UdpSession::end() {
    const DatagramPath path = path_;
    listener_.sessions_.erase(path);  // this object
}

}  // namespace fairway::proxy::l4
