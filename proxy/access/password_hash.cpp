#include "proxy/access/password_hash.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace fairway::proxy {

namespace {

constexpr std::string_view kPlain = "{PLAIN}";
constexpr std::string_view kSha = "{SHA}";
constexpr std::string_view kSaltedSha = "{SSHA}";
constexpr std::string_view kApr1 = "$apr1$";
constexpr std::size_t kSha1Bytes = 20;

struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

class Hash {
public:
    explicit Hash(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new()) {
        EVP_DigestInit_ex(context_.get(), algorithm, nullptr);
    }
    void add(std::string_view text) { EVP_DigestUpdate(context_.get(), text.data(), text.size()); }
    std::string finish() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
        unsigned size = 0;
        EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
        return {reinterpret_cast<const char*>(bytes.data()), size};
    }

private:
    std::unique_ptr<EVP_MD_CTX, ContextDeleter> context_;
};

/// In a time that depends on lengths alone.
bool same(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Empty when it is not base64.
std::string decode_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string padded(text);
    padded.append((4 - padded.size() % 4) % 4, '=');
    std::string bytes(padded.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
    if (size < 0) return {};
    bytes.resize(static_cast<std::size_t>(size) - (padded.size() - text.size()));
    return bytes;
}

/// `stored`: base64 of the SHA-1 of password and salt, and the salt behind it.
bool sha_matches(std::string_view password, std::string_view stored, bool salted) {
    const std::string decoded = decode_base64(stored);
    if (decoded.size() < kSha1Bytes || (!salted && decoded.size() != kSha1Bytes)) return false;
    Hash hash(EVP_sha1());
    hash.add(password);
    hash.add(std::string_view(decoded).substr(kSha1Bytes));
    return same(hash.finish(), std::string_view(decoded).substr(0, kSha1Bytes));
}

/// crypt(3)'s own base64, least significant digit first.
void append_digits(std::string& out, unsigned value, int count) {
    constexpr std::string_view kDigits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (; count > 0; --count, value >>= 6) out += kDigits[value & 0x3f];
}

bool crypt_matches(std::string_view password, std::string_view hash) {
    const auto data = std::make_unique<crypt_data>();  // 32 KiB
    std::string terminated(password);
    const std::string setting(hash);
    const char* made = crypt_r(terminated.c_str(), setting.c_str(), data.get());
    // libxcrypt gives "*0" and "*1" for what it does not know.
    const bool matches = made != nullptr && made[0] != '*' && same(made, hash);
    OPENSSL_cleanse(terminated.data(), terminated.size());
    OPENSSL_cleanse(data.get(), sizeof *data);
    return matches;
}

}  // namespace

HashCost cost_of(std::string_view hash) noexcept {
    const bool fast = hash.starts_with(kPlain) || hash.starts_with(kSha) || hash.starts_with(kSaltedSha);
    return fast ? HashCost::fast : HashCost::slow;
}

// Poul-Henning Kamp's MD5-crypt with Apache's magic: apr_md5_encode() of APR.
std::string apr1_hash(std::string_view password, std::string_view salt) {
    salt = salt.substr(0, 8);
    Hash inner(EVP_md5());
    inner.add(password);
    inner.add(salt);
    inner.add(password);
    std::string final = inner.finish();

    Hash outer(EVP_md5());
    outer.add(password);
    outer.add(kApr1);
    outer.add(salt);
    for (std::size_t left = password.size(); left > 0; left -= std::min<std::size_t>(left, 16))
        outer.add(std::string_view(final).substr(0, std::min<std::size_t>(left, 16)));
    for (std::size_t bits = password.size(); bits > 0; bits >>= 1)
        outer.add((bits & 1) != 0 ? std::string_view("\0", 1) : password.substr(0, 1));
    final = outer.finish();

    for (int round = 0; round < 1000; ++round) {
        Hash next(EVP_md5());
        next.add((round & 1) != 0 ? password : std::string_view(final));
        if (round % 3 != 0) next.add(salt);
        if (round % 7 != 0) next.add(password);
        next.add((round & 1) != 0 ? std::string_view(final) : password);
        final = next.finish();
    }

    std::string text(kApr1);
    text += salt;
    text += '$';
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(final[i])); };
    for (std::size_t i = 0; i < 5; ++i)
        append_digits(text, byte(i) << 16 | byte(i + 6) << 8 | byte(i == 4 ? 5 : i + 12), 4);
    append_digits(text, byte(11), 2);
    return text;
}

bool password_matches(std::string_view password, std::string_view hash) {
    // C's text functions would take the part before it for the whole.
    if (password.find('\0') != std::string_view::npos) return false;
    if (hash.starts_with(kPlain)) return same(password, hash.substr(kPlain.size()));
    if (hash.starts_with(kSha)) return sha_matches(password, hash.substr(kSha.size()), false);
    if (hash.starts_with(kSaltedSha)) return sha_matches(password, hash.substr(kSaltedSha.size()), true);
    if (hash.starts_with(kApr1)) {
        const auto rest = hash.substr(kApr1.size());
        return same(apr1_hash(password, rest.substr(0, rest.find('$'))), hash);
    }
    return crypt_matches(password, hash);
}

}  // namespace fairway::proxy
