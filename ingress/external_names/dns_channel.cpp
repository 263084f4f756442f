#include "ingress/external_names/dns_channel.hpp"

#include <ares.h>
#include <netinet/in.h>
#include <sys/time.h>

#include <algorithm>
#include <limits>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;

/// Of one answer; what is more than that is not meant for a proxy.
constexpr std::size_t kMostAddresses = 256;

/// ares_library_init() counts its calls, and nothing needs it to be undone before the process ends.
int library_status() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    return status;
}

std::string error_text(int status) {
    switch (status) {
        case ARES_ENOTFOUND: return "DNS knows no such name";
        case ARES_ENODATA: return "the name has no address in DNS";
        case ARES_ECONNREFUSED:
        case ARES_ETIMEOUT: return "no DNS server answered";
        default: return fmt::format("DNS: {}", ares_strerror(status));
    }
}

DnsAnswer read_answer(const ares_addrinfo& info) {
    DnsAnswer answer;
    int ttl = std::numeric_limits<int>::max();
    for (const auto* cname = info.cnames; cname != nullptr; cname = cname->next) ttl = std::min(ttl, cname->ttl);
    for (const auto* node = info.nodes; node != nullptr; node = node->ai_next) {
        ttl = std::min(ttl, node->ai_ttl);
        if (answer.addresses.size() == kMostAddresses) continue;
        if (node->ai_family == AF_INET)
            answer.addresses.push_back(
                IpAddress::from_v4(&reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr));
        else if (node->ai_family == AF_INET6)
            answer.addresses.push_back(
                IpAddress::from_v6(&reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr));
    }
    answer.ttl = std::chrono::seconds(std::max(ttl, 0));
    std::ranges::sort(answer.addresses);
    const auto repeated = std::ranges::unique(answer.addresses);
    answer.addresses.erase(repeated.begin(), repeated.end());
    if (answer.addresses.empty()) answer.error = error_text(ARES_ENODATA);
    return answer;
}

}  // namespace

/// A socket of c-ares, which also closes it: the descriptor is released, never closed.
struct DnsChannel::Socket {
    Socket(asio::io_context& io, int number) : descriptor(io, number), fd(number) {}
    ~Socket() { release(); }
    void release() {
        if (descriptor.is_open()) descriptor.release();
    }

    asio::posix::stream_descriptor descriptor;
    int fd;
    bool wanted[2] = {false, false};   ///< to be told when readable, when writable
    bool waiting[2] = {false, false};  ///< a wait is under way
};

struct DnsChannel::Question {
    asio::io_context& io;
    std::weak_ptr<bool> alive;
    std::function<void(DnsAnswer)> done;
};

Result<std::unique_ptr<DnsChannel>> DnsChannel::open(asio::io_context& io, const DnsOptions& options) {
    std::unique_ptr<DnsChannel> channel(new DnsChannel(io));
    ares_options wanted{};
    char dns_only[] = "b";
    wanted.lookups = dns_only;
    wanted.timeout = static_cast<int>(options.timeout.count());
    wanted.tries = options.tries;
    wanted.sock_state_cb = &DnsChannel::on_socket_state;
    wanted.sock_state_cb_data = channel.get();
    int mask = ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    std::vector<char*> domains;
    if (options.search) {
        for (const auto& domain : *options.search) domains.push_back(const_cast<char*>(domain.c_str()));
        wanted.domains = domains.data();
        wanted.ndomains = static_cast<int>(domains.size());
        mask |= ARES_OPT_DOMAINS;
        // Newer versions of c-ares take an empty list for none given.
        if (domains.empty()) {
            wanted.flags = ARES_FLAG_NOSEARCH;
            mask |= ARES_OPT_FLAGS;
        }
    }
#ifdef ARES_OPT_QUERY_CACHE
    wanted.qcache_max_ttl = 0;  // what is remembered is remembered by the resolver, once
    mask |= ARES_OPT_QUERY_CACHE;
#endif
    int status = library_status();
    if (status == ARES_SUCCESS) status = ares_init_options(&channel->channel_, &wanted, mask);
    if (status == ARES_SUCCESS && !options.servers.empty()) {
        std::vector<std::string> servers;
        for (const auto& server : options.servers) servers.push_back(server.to_string());
        status = ares_set_servers_ports_csv(channel->channel_, fmt::format("{}", fmt::join(servers, ",")).c_str());
    }
    if (status != ARES_SUCCESS) return Error{fmt::format("c-ares: {}", ares_strerror(status))};
    return channel;
}

DnsChannel::~DnsChannel() {
    *alive_ = false;
    if (channel_ != nullptr) ares_destroy(channel_);  // closes its sockets, and says so
}

void DnsChannel::ask(const std::string& name, std::function<void(DnsAnswer)> done, DnsFamilies families) {
    ares_addrinfo_hints hints{};
    hints.ai_family = families == DnsFamilies::ipv4 ? AF_INET : AF_UNSPEC;
    hints.ai_flags = ARES_AI_NOSORT;
    auto question = std::make_unique<Question>(Question{io_, alive_, std::move(done)});
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &DnsChannel::on_answer, question.release());
    arm_timer();
}

void DnsChannel::on_answer(void* question, int status, int, ares_addrinfo* info) {
    const std::unique_ptr<Question> own(static_cast<Question*>(question));
    const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> answer(info, &ares_freeaddrinfo);
    if (status == ARES_EDESTRUCTION) return;
    DnsAnswer read;
    if (status == ARES_SUCCESS && info != nullptr)
        read = read_answer(*info);
    else
        read.error = error_text(status);
    // Not from within c-ares: whoever hears of it may close the channel.
    asio::post(own->io, [alive = own->alive, done = std::move(own->done), read = std::move(read)]() mutable {
        if (const auto still = alive.lock(); still && *still) done(std::move(read));
    });
}

void DnsChannel::on_socket_state(void* self, int fd, int readable, int writable) {
    static_cast<DnsChannel*>(self)->watch_socket(fd, readable != 0, writable != 0);
}

void DnsChannel::watch_socket(int fd, bool readable, bool writable) {
    if (!readable && !writable) {
        // Before c-ares closes it: the number may be another socket's the next moment.
        if (const auto found = sockets_.find(fd); found != sockets_.end()) {
            found->second->release();
            sockets_.erase(found);
        }
        return;
    }
    auto& socket = sockets_[fd];
    if (!socket) socket = std::make_shared<Socket>(io_, fd);
    socket->wanted[0] = readable;
    socket->wanted[1] = writable;
    wait_for(socket, false);
    wait_for(socket, true);
}

void DnsChannel::wait_for(const std::shared_ptr<Socket>& socket, bool write) {
    if (!socket->wanted[write] || socket->waiting[write]) return;
    socket->waiting[write] = true;
    using Descriptor = asio::posix::stream_descriptor;
    // The socket lives in sockets_ alone: one that is gone, with its number perhaps used again, hears nothing.
    socket->descriptor.async_wait(write ? Descriptor::wait_write : Descriptor::wait_read,
                                  [this, own = std::weak_ptr(socket), write](const boost::system::error_code& error) {
                                      const auto still = own.lock();
                                      if (!still || error) return;
                                      const int fd = still->fd;
                                      still->waiting[write] = false;
                                      process(write ? ARES_SOCKET_BAD : fd, write ? fd : ARES_SOCKET_BAD);
                                      const auto found = sockets_.find(fd);
                                      if (found != sockets_.end() && found->second == still) wait_for(still, write);
                                  });
}

void DnsChannel::process(int read_fd, int write_fd) {
    ares_process_fd(channel_, read_fd, write_fd);
    arm_timer();
}

void DnsChannel::arm_timer() {
    timeval buffer{};
    const auto* next = ares_timeout(channel_, nullptr, &buffer);
    if (next == nullptr) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec) +
                         std::chrono::milliseconds(1));
    timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
        if (!error && *alive) process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    });
}

}  // namespace fairway::ingress
