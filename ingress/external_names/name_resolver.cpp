#include "ingress/external_names/name_resolver.hpp"

#include "ingress/external_names/refused_address.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace fairway::ingress {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kShortestTtl{1};
constexpr std::chrono::seconds kLongestTtl{3600};
constexpr milliseconds kLongestRetry{60'000};
/// More questions than that at once overrun the socket buffers of small resolvers.
constexpr std::size_t kMostUnderWay = 64;

/// What of an answer is used.
DnsAnswer choose(DnsAnswer answer) {
    if (!answer.error.empty()) return answer;
    std::erase_if(answer.addresses, is_refused);
    if (answer.addresses.empty())
        answer.error = "DNS answers with loopback, unspecified or multicast addresses only, which are refused";
    if (std::ranges::any_of(answer.addresses, [](const IpAddress& address) { return !address.v6; }))
        std::erase_if(answer.addresses, [](const IpAddress& address) { return address.v6; });
    return answer;
}

}  // namespace

NameResolver::NameResolver(boost::asio::io_context& io, NameResolverOptions options, NameAnswers& answers,
                           std::function<void(const std::set<std::string>&)> on_change)
    : io_(io), options_(std::move(options)), answers_(answers), on_change_(std::move(on_change)) {}

NameResolver::~NameResolver() { *alive_ = false; }

void NameResolver::follow(const std::map<std::string, std::set<k8s::ObjectName>>& names, DnsFamilies families) {
    if (std::exchange(families_, families) != families)
        std::erase_if(entries_, [&](const auto& entry) { return names.contains(entry.first); });
    std::erase_if(entries_, [&](const auto& entry) {
        if (names.contains(entry.first)) return false;
        answers_.forget(entry.first);
        return true;
    });
    for (const auto& [name, services] : names) {
        const auto [at, added] = entries_.try_emplace(name);
        if (!added) continue;
        at->second = std::make_shared<Entry>(io_);
        enqueue(name);
    }
}

void NameResolver::enqueue(const std::string& name) {
    queue_.push_back(name);
    ask_next();
}

void NameResolver::ask_next() {
    while (under_way_ < kMostUnderWay && !queue_.empty()) {
        const auto name = std::move(queue_.front());
        queue_.pop_front();
        if (entries_.contains(name)) ask(name);
    }
}

void NameResolver::ask(const std::string& name) {
    const auto channel = channel_for(name);
    if (!channel) {
        take(name, {.addresses = {}, .ttl = {}, .error = channel.error().message});
        return;
    }
    ++under_way_;
    const auto text = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
    (*channel)->ask(
        text,
        [this, name, asked = std::weak_ptr(entries_.at(name))](DnsAnswer answer) {
            --under_way_;
            // A name that went, and perhaps came back, is asked for anew.
            const auto entry = entries_.find(name);
            if (entry != entries_.end() && entry->second == asked.lock()) take(name, std::move(answer));
            ask_next();
        },
        families_);
}

Result<DnsChannel*> NameResolver::channel_for(const std::string& name) {
    auto& channel = name.ends_with('.') ? absolute_ : searching_;
    if (!channel) {
        auto options = options_.dns;
        if (name.ends_with('.')) options.search.emplace();
        auto opened = DnsChannel::open(io_, options);
        if (!opened) return opened.error();
        channel = *std::move(opened);
    }
    return channel.get();
}

void NameResolver::take(const std::string& name, DnsAnswer answer) {
    auto& entry = *entries_.at(name);
    answer = choose(std::move(answer));
    if (answer.error.empty()) {
        entry.failures = 0;
        const auto ttl = std::clamp(answer.ttl, kShortestTtl, kLongestTtl);
        ask_later(name, std::max<milliseconds>(milliseconds(ttl) * 9 / 10, kShortestTtl));
        if (answers_.set(name, {std::move(answer.addresses), {}})) announce(name);
        return;
    }
    const auto doubled = options_.first_retry * (1U << std::min(entry.failures++, 16U));
    ask_later(name, std::min(doubled, kLongestRetry));
    const auto* known = answers_.of(name);
    if (answers_.set(name, {known != nullptr ? known->addresses : std::vector<IpAddress>(), std::move(answer.error)}))
        announce(name);
    // The next question reads resolv.conf anew: another network may have other servers.
    if (under_way_ == 0) {
        searching_.reset();
        absolute_.reset();
    }
}

void NameResolver::ask_later(const std::string& name, milliseconds wait) {
    auto& timer = entries_.at(name)->timer;
    timer.expires_after(wait);
    timer.async_wait([this, alive = alive_, name, asked = std::weak_ptr(entries_.at(name))](const auto& error) {
        if (error || !*alive) return;
        const auto entry = entries_.find(name);
        if (entry != entries_.end() && entry->second == asked.lock()) enqueue(name);
    });
}

void NameResolver::announce(const std::string& name) {
    changed_.insert(name);
    if (changed_.size() > 1) return;  // its turn tells of this name, too
    boost::asio::post(io_, [this, alive = alive_] {
        if (!*alive) return;
        on_change_(std::exchange(changed_, {}));
    });
}

}  // namespace fairway::ingress
