#include "tls/ticket_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/assert.hpp"

namespace fairway::tls {

namespace {

void fill_random(auto& bytes) {
    FAIRWAY_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "the random generator is seeded");
}

TicketKey random_key() {
    TicketKey key;
    fill_random(key.name);
    fill_random(key.hmac_key);
    fill_random(key.aes_key);
    return key;
}

void copy_out(std::string_view& raw, auto& to, std::size_t size) {
    std::copy_n(raw.begin(), size, to.begin());
    raw.remove_prefix(size);
}

// nginx: 48 bytes are name, AES-128 key, HMAC key; 80 bytes are name, HMAC key, AES-256 key.
TicketKey key_from(std::string_view raw) {
    FAIRWAY_ASSERT(raw.size() == 48 || raw.size() == 80, "a ticket key has 48 or 80 bytes");
    TicketKey key;
    key.secret_bytes = raw.size() == 48 ? 16 : 32;
    copy_out(raw, key.name, key.name.size());
    copy_out(raw, key.secret_bytes == 16 ? key.aes_key : key.hmac_key, key.secret_bytes);
    copy_out(raw, key.secret_bytes == 16 ? key.hmac_key : key.aes_key, key.secret_bytes);
    return key;
}

}  // namespace

TicketKey::~TicketKey() {
    OPENSSL_cleanse(hmac_key.data(), hmac_key.size());
    OPENSSL_cleanse(aes_key.data(), aes_key.size());
}

std::shared_ptr<TicketKeys> TicketKeys::random(std::chrono::seconds rotation, Clock::time_point now) {
    const std::shared_ptr<TicketKeys> keys(new TicketKeys);
    keys->current_ = random_key();
    keys->rotation_ = rotation;
    keys->next_rotation_ = now + rotation;
    return keys;
}

std::shared_ptr<TicketKeys> TicketKeys::fixed(std::string_view raw, const TicketKeys* before) {
    const std::shared_ptr<TicketKeys> keys(new TicketKeys);
    keys->current_ = key_from(raw);
    if (before != nullptr) {
        const std::lock_guard lock(before->mutex_);
        keys->previous_ = before->current_;
    }
    return keys;
}

TicketKey TicketKeys::current(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    rotate_if_due(now);
    return current_;
}

std::optional<TicketKeys::Match> TicketKeys::find(const TicketKeyName& name, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    rotate_if_due(now);
    if (name == current_.name) return Match{current_, true};
    if (previous_ && name == previous_->name) return Match{*previous_, false};
    return std::nullopt;
}

void TicketKeys::rotate_if_due(Clock::time_point now) {
    if (!rotation_ || now < next_rotation_) return;
    if (now < next_rotation_ + *rotation_) {
        previous_ = current_;
        next_rotation_ += *rotation_;
    } else {  // nobody came for two rotations: the key used last is too old to open anything
        previous_.reset();
        next_rotation_ = now + *rotation_;
    }
    current_ = random_key();
}

}  // namespace fairway::tls
