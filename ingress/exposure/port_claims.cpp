#include "ingress/exposure/port_claims.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ingress/precedence.hpp"

namespace fairway::ingress {

namespace {

bool is_any(const IpAddress& address) { return address == IpAddress{.bytes = {}, .v6 = address.v6}; }

bool overlap(const IpAddress& a, const IpAddress& b) { return a == b || (a.v6 == b.v6 && (is_any(a) || is_any(b))); }

const k8s::ObjectMeta& meta_of(const PortClaims::Claim& claim) { return k8s::meta_of(*claim.claimant->object); }

Diagnostic refusal(const PortClaims::Claim& claim, std::string message, std::string reason) {
    return {.severity = Severity::error,
            .where = claim.wish->where,
            .kind = std::string(k8s::kind_of(*claim.claimant->object)),
            .object = meta_of(claim).name,
            .field = claim.wish->field,
            .message = std::move(message),
            .reason = std::move(reason)};
}

std::string_view name_of(routing::Transport transport) { return transport == routing::Transport::udp ? "UDP" : "TCP"; }

Diagnostic lost_to(const PortClaims::Claim& claim, const PortClaims::Claim& winner) {
    const auto& older = meta_of(winner);
    const auto place = older.where.to_string();
    return refusal(claim,
                   fmt::format("{} {} is already taken by {} {} {}{}; choose another port. This one is not opened",
                               name_of(claim.wish->transport), claim.wish->address.to_string(),
                               k8s::kind_of(*winner.claimant->object), older.name.to_string(), winner.wish->field,
                               place.empty() ? "" : fmt::format(" ({})", place)),
                   "PortConflict");
}

}  // namespace

void PortClaims::put(const std::string& unit, Claimant claimant) {
    withdraw(unit);
    touched_.insert(unit);
    if (claimant.wishes.empty()) return;
    const auto& kept = claimants_.insert_or_assign(unit, std::move(claimant)).first->second;
    for (std::size_t i = 0; i < kept.wishes.size(); ++i) {
        const auto contest = contest_of(kept.wishes[i]);
        contests_[contest][{unit, i}] = {.claimant = &kept, .wish = &kept.wishes[i], .refusal = {}};
        undecided_.insert(contest);
    }
}

void PortClaims::reserve(std::vector<ReservedPort> ports, std::vector<IpAddress> bind_addresses) {
    reserved_ = std::move(ports);
    bind_addresses_ = std::move(bind_addresses);
    for (const auto& [contest, claims] : contests_) undecided_.insert(contest);
}

std::set<std::string> PortClaims::settle() {
    auto units = std::exchange(touched_, {});
    for (const auto& contest : std::exchange(undecided_, {})) {
        const auto found = contests_.find(contest);
        if (found == contests_.end()) continue;
        decide(found->second);
        for (const auto& [id, claim] : found->second) units.insert(id.unit);
    }
    return units;
}

const Claimant* PortClaims::find(const std::string& unit) const {
    const auto found = claimants_.find(unit);
    return found == claimants_.end() ? nullptr : &found->second;
}

std::vector<Diagnostic> PortClaims::refusals(const std::string& unit) const {
    std::vector<Diagnostic> diagnostics;
    const auto claimant = claimants_.find(unit);
    if (claimant == claimants_.end()) return diagnostics;
    for (std::size_t i = 0; i < claimant->second.wishes.size(); ++i) {
        const auto& claim = contests_.at(contest_of(claimant->second.wishes[i])).at({unit, i});
        // A port of several addresses is refused once.
        const bool said = !diagnostics.empty() && claim.refusal && diagnostics.back().field == claim.refusal->field;
        if (claim.refusal && !said) diagnostics.push_back(*claim.refusal);
    }
    return diagnostics;
}

PortClaims::Contest PortClaims::contest_of(const ListenerWish& wish) {
    return {wish.transport, wish.address.port, wish.own_address ? std::optional(wish.address.ip) : std::nullopt};
}

void PortClaims::withdraw(const std::string& unit) {
    const auto claimant = claimants_.find(unit);
    if (claimant == claimants_.end()) return;
    for (std::size_t i = 0; i < claimant->second.wishes.size(); ++i) {
        const auto contest = contest_of(claimant->second.wishes[i]);
        const auto claims = contests_.find(contest);
        claims->second.erase({unit, i});
        if (claims->second.empty()) contests_.erase(claims);
        undecided_.insert(contest);
    }
    claimants_.erase(claimant);
}

void PortClaims::decide(Claims& claims) const {
    std::vector<Claim*> by_age;
    for (auto& [id, claim] : claims) by_age.push_back(&claim);
    std::ranges::stable_sort(by_age, [](const Claim* a, const Claim* b) {
        return a->claimant != b->claimant && comes_before(meta_of(*a), meta_of(*b));
    });
    std::vector<const Claim*> granted;
    for (auto* claim : by_age) {
        claim->granted = false;
        claim->refusal.reset();
        const auto rival = std::ranges::find_if(
            granted, [&](const Claim* other) { return overlap(claim->wish->address.ip, other->wish->address.ip); });
        if (rival != granted.end()) {
            const bool repeats =
                (*rival)->claimant == claim->claimant && (*rival)->wish->backend == claim->wish->backend;
            if (!repeats) claim->refusal = lost_to(*claim, **rival);
        } else if (const auto* own = reserved(*claim->wish)) {
            claim->refusal =
                refusal(*claim,
                        fmt::format("{} {} is Fairway's own ({}); choose another port. This one is not "
                                    "opened",
                                    name_of(claim->wish->transport), claim->wish->address.to_string(), own->flag),
                        "PortReserved");
        } else {
            claim->granted = true;
            granted.push_back(claim);
        }
    }
}

const ReservedPort* PortClaims::reserved(const ListenerWish& wish) const {
    const auto meets = [&](const IpAddress& address) {
        return wish.own_address ? address == wish.address.ip : overlap(address, wish.address.ip);
    };
    const auto found = std::ranges::find_if(reserved_, [&](const ReservedPort& own) {
        if (own.port != wish.address.port) return false;
        if (!(wish.transport == routing::Transport::udp ? own.udp : own.tcp)) return false;
        if (own.address) return meets(*own.address);
        if (bind_addresses_.empty()) return !wish.own_address;
        return std::ranges::any_of(bind_addresses_, meets);
    });
    return found == reserved_.end() ? nullptr : &*found;
}

}  // namespace fairway::ingress
