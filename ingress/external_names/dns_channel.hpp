// DNS channel: c-ares on Asio. Asks for the addresses of a name, as resolv.conf says, on the control thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "ingress/external_names/options.hpp"

struct ares_channeldata;
struct ares_addrinfo;

namespace fairway::ingress {

struct DnsAnswer {
    std::vector<IpAddress> addresses;  ///< sorted, of both families; empty when there is an error
    std::chrono::seconds ttl{0};       ///< the least among the records, CNAMEs included
    std::string error;
};

class DnsChannel {
public:
    /// Reads /etc/resolv.conf. Errors: c-ares cannot be set up.
    static Result<std::unique_ptr<DnsChannel>> open(boost::asio::io_context& io, const DnsOptions& options);
    /// Questions under way are dropped: nobody is told.
    ~DnsChannel();
    DnsChannel(const DnsChannel&) = delete;
    DnsChannel& operator=(const DnsChannel&) = delete;

    /// Asks for A and AAAA records of each candidate of the search list until one has some (resolv.conf(5): search, ndots).
    /// DNS only, without /etc/hosts. At most 256 addresses are taken.
    /// @param done  is called once, in a later turn of the io_context.
    /// @param families  ipv4: no AAAA records are asked for.
    void ask(const std::string& name, std::function<void(DnsAnswer)> done, DnsFamilies families = DnsFamilies::both);

private:
    struct Socket;
    struct Question;
    explicit DnsChannel(boost::asio::io_context& io) : io_(io), timer_(io) {}

    static void on_socket_state(void* self, int fd, int readable, int writable);
    static void on_answer(void* question, int status, int timeouts, ares_addrinfo* info);
    void watch_socket(int fd, bool readable, bool writable);
    void wait_for(const std::shared_ptr<Socket>& socket, bool write);
    void process(int read_fd, int write_fd);
    void arm_timer();

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    ares_channeldata* channel_ = nullptr;
    std::map<int, std::shared_ptr<Socket>> sockets_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< false for handlers that outlive us
};

}  // namespace fairway::ingress
