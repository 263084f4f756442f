// Port claims: which object gets a port that several ask for. The oldest wins, and Fairway's own ports win over all.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingress/exposure/listener_plan.hpp"

namespace fairway::ingress {

/// The wishes of one object.
struct Claimant {
    ObjectPtr object;  ///< never null
    std::vector<ListenerWish> wishes;
};

class PortClaims {
public:
    /// One wish, and what became of it.
    struct Claim {
        const Claimant* claimant = nullptr;
        const ListenerWish* wish = nullptr;
        bool granted = false;
        std::optional<Diagnostic> refusal;  ///< absent also when the object already has the port for the same backend
    };

    /// Replaces the wishes of an object; no wishes: it asks for nothing any more.
    /// @param unit  what it is called here, such as "Service default/kubia".
    void put(const std::string& unit, Claimant claimant);
    /// Ports that Fairway has itself, each on these addresses if it names none; empty: every address.
    void reserve(std::vector<ReservedPort> ports, std::vector<IpAddress> bind_addresses);

    /// Decides about everything that changed since the last call.
    /// @return the units for which something may have come out differently.
    std::set<std::string> settle();

    /// nullptr: it asks for nothing.
    const Claimant* find(const std::string& unit) const;
    /// Refusals of one unit, in order of its wishes.
    std::vector<Diagnostic> refusals(const std::string& unit) const;
    /// Visits every granted claim.
    template <class Visit>
    void for_each_granted(Visit visit) const {
        for (const auto& [contest, claims] : contests_)
            for (const auto& [id, claim] : claims)
                if (claim.granted) visit(claim);
    }

private:
    /// Claims that can be in each other's way: of the same port on shared addresses, or on the same address of one's own.
    struct Contest {
        routing::Transport transport = routing::Transport::tcp;
        std::uint16_t port = 0;
        std::optional<IpAddress> own_address;
        auto operator<=>(const Contest&) const = default;
    };
    struct ClaimId {
        std::string unit;
        std::size_t wish = 0;
        auto operator<=>(const ClaimId&) const = default;
    };
    using Claims = std::map<ClaimId, Claim>;

    static Contest contest_of(const ListenerWish& wish);
    void withdraw(const std::string& unit);
    void decide(Claims& claims) const;
    const ReservedPort* reserved(const ListenerWish& wish) const;

    std::map<std::string, Claimant> claimants_;
    std::map<Contest, Claims> contests_;
    std::set<Contest> undecided_;
    std::set<std::string> touched_;  ///< units that withdrew or came since settle()
    std::vector<ReservedPort> reserved_;
    std::vector<IpAddress> bind_addresses_;
};

}  // namespace fairway::ingress
