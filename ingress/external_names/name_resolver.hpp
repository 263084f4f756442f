// Name resolver: keeps the answers for the names of ExternalName Services fresh.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ingress/external_names/dns_channel.hpp"
#include "ingress/external_names/name_answers.hpp"
#include "k8s-client/objects/meta.hpp"

namespace fairway::ingress {

/// A name is asked for when nine tenths of its TTL have passed, taken as 1 second at least and 1 hour at most. IPv4
/// addresses are used, IPv6 addresses when there are no others (as in ingress-nginx). A failure leaves the addresses of
/// the last good answer in force, says why, and is tried again soon. Addresses of this machine (loopback, unspecified) and
/// multicast addresses are refused.
class NameResolver {
public:
    /// @param on_change  gets the names whose answers changed; never called from within follow().
    NameResolver(boost::asio::io_context& io, NameResolverOptions options, NameAnswers& answers,
                 std::function<void(const std::set<std::string>&)> on_change);
    ~NameResolver();
    NameResolver(const NameResolver&) = delete;
    NameResolver& operator=(const NameResolver&) = delete;

    /// The names that count from now on: new ones are asked for at once, the answers for others are forgotten.
    /// @param families  ConfigMap key disable-ipv6-dns; when it changes, all names are asked for anew.
    void follow(const std::map<std::string, std::set<k8s::ObjectName>>& names,
                DnsFamilies families = DnsFamilies::both);

private:
    struct Entry {
        explicit Entry(boost::asio::io_context& io) : timer(io) {}
        boost::asio::steady_timer timer;  ///< until it is asked again
        unsigned failures = 0;            ///< one after the other
    };

    void enqueue(const std::string& name);
    void ask_next();
    void ask(const std::string& name);
    void take(const std::string& name, DnsAnswer answer);
    void ask_later(const std::string& name, std::chrono::milliseconds wait);
    void announce(const std::string& name);
    Result<DnsChannel*> channel_for(const std::string& name);

    boost::asio::io_context& io_;
    NameResolverOptions options_;
    NameAnswers& answers_;
    std::function<void(const std::set<std::string>&)> on_change_;
    std::unique_ptr<DnsChannel> searching_;
    std::unique_ptr<DnsChannel> absolute_;  ///< for names with a dot at the end
    std::map<std::string, std::shared_ptr<Entry>> entries_;
    std::deque<std::string> queue_;
    std::size_t under_way_ = 0;
    std::set<std::string> changed_;
    DnsFamilies families_ = DnsFamilies::both;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< false for handlers that outlive us
};

}  // namespace fairway::ingress
