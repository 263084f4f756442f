#include "proxy/access/nonce_table.hpp"

#include <openssl/crypto.h>

#include <fmt/format.h>

#include <charconv>

namespace fairway::proxy {

namespace {

constexpr std::size_t kIssuedDigits = 8;
constexpr std::size_t kSerialDigits = 16;
constexpr std::size_t kSealBytes = 16;
constexpr std::uint32_t kWindow = 64;

template <class Number>
bool read_hex(std::string_view digits, Number& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace

std::string NonceTable::seal(std::uint32_t issued, std::uint64_t serial) const {
    auto text = fmt::format("{:08x}{:016x}", issued, serial);
    const Digest digest = key_.of({"nonce", text});
    for (std::size_t i = 0; i < kSealBytes; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

std::string NonceTable::make(std::uint64_t random, TimePoint now) const { return seal(ticks(now), random); }

// 32 bits of milliseconds last for 49 days; a nonce lives for minutes, and the difference is taken modulo that. Never 0 at
// the start: 0 means that nothing was forgotten.
std::uint32_t NonceTable::ticks(TimePoint now) const noexcept {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now - started_).count() +
                                      1);
}

bool NonceTable::parse(std::string_view nonce, Parts& parts) const {
    if (nonce.size() != kIssuedDigits + kSerialDigits + 2 * kSealBytes) return false;
    if (!read_hex(nonce.substr(0, kIssuedDigits), parts.issued)) return false;
    if (!read_hex(nonce.substr(kIssuedDigits, kSerialDigits), parts.serial)) return false;
    const auto own = seal(parts.issued, parts.serial);
    return CRYPTO_memcmp(own.data(), nonce.data(), own.size()) == 0;
}

NonceTable::Age NonceTable::age_of(std::string_view nonce, TimePoint now) const {
    Parts parts;
    if (!parse(nonce, parts)) return Age::forged;
    const std::chrono::milliseconds age{ticks(now) - parts.issued};
    return age < kLifetime ? Age::valid : Age::stale;
}

bool NonceTable::use(std::string_view nonce, std::uint32_t count, TimePoint now) {
    Parts parts;
    if (!parse(nonce, parts) || count == 0) return false;
    Shard& shard = shards_[parts.serial % kShards];
    const std::lock_guard lock(shard.mutex);
    const auto too_old = [&](std::uint32_t issued) {
        return std::chrono::milliseconds(ticks(now) - issued) >= kLifetime;
    };
    while (!shard.by_age.empty() && too_old(shard.used.at(shard.by_age.front()).issued)) {
        shard.used.erase(shard.by_age.front());
        shard.by_age.pop_front();
    }
    auto found = shard.used.find(parts.serial);
    if (found == shard.used.end()) {
        if (shard.forgotten_until != 0 && !too_old(shard.forgotten_until) &&
            static_cast<std::int32_t>(parts.issued - shard.forgotten_until) <= 0)
            return false;
        if (shard.used.size() >= kMaxPerShard) forget_oldest(shard);
        shard.used.emplace(parts.serial, Used{parts.serial, parts.issued, count, 1});
        shard.by_age.push_back(parts.serial);
        return true;
    }
    Used& used = found->second;
    if (count > used.highest) {
        const std::uint32_t step = count - used.highest;
        used.seen = step >= kWindow ? 1 : used.seen << step | 1;
        used.highest = count;
        return true;
    }
    const std::uint32_t behind = used.highest - count;
    if (behind >= kWindow) return false;
    const std::uint64_t bit = std::uint64_t{1} << behind;
    if ((used.seen & bit) != 0) return false;
    used.seen |= bit;
    return true;
}

void NonceTable::forget_oldest(Shard& shard) {
    const auto found = shard.used.find(shard.by_age.front());
    if (shard.forgotten_until == 0 || static_cast<std::int32_t>(found->second.issued - shard.forgotten_until) > 0)
        shard.forgotten_until = found->second.issued;
    shard.used.erase(found);
    shard.by_age.pop_front();
}

}  // namespace fairway::proxy
