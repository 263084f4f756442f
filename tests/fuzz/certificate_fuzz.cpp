// Any text as tls.crt and as tls.key: it loads or is refused in words, and never leaves an entry in OpenSSL's error queue.
#include <cstdint>
#include <string>
#include <string_view>

#include <openssl/err.h>

#include "base/assert.hpp"
#include "tls/make_certificate.hpp"

namespace {

using namespace fairway::tls;

void check(std::string_view chain_pem, std::string_view key_pem) {
    const auto loaded = Certificate::load(chain_pem, key_pem);
    FAIRWAY_ASSERT(ERR_peek_error() == 0, "loading leaves OpenSSL's error queue empty");
    if (!loaded) {
        FAIRWAY_ASSERT(!loaded.error().message.empty(), "a refusal has a reason");
        return;
    }
    const Certificate& certificate = **loaded;
    for (const auto& name : certificate.names())
        FAIRWAY_ASSERT(name.ends_with('.') || certificate.covers(name), "a certificate covers its own names");
    FAIRWAY_ASSERT(certificate.fingerprint().size() == 64, "a SHA-256 has 32 bytes");
    certificate.covers(certificate.subject());
    certificate.covers(certificate.issuer() + certificate.serial());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const CertificatePem good = make_self_signed({.common_name = "a.example", .names = {"a.example"}});
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, good.key_pem);
    check(good.certificate_pem, text);
    check(text, text);
    return 0;
}
