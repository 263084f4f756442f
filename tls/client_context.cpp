#include "tls/client_context.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/assert.hpp"
#include "base/ip_address.hpp"
#include "tls/certificate_names.hpp"
#include "tls/openssl.hpp"
#include "tls/pem.hpp"
#include "tls/protocol_versions.hpp"

namespace fairway::tls {

namespace {

// Bounds what an endpoint can make us hold during a handshake; OpenSSL's other messages have fixed limits.
constexpr long kMaxPeerChainBytes = 64 * 1024;

constexpr int kDeepestChain = 100;  // OpenSSL's own limit

// RFC 7301 section 3.1: names with their length before them.
constexpr std::string_view kAlpnHttp1 = "\x08http/1.1";
constexpr std::string_view kAlpnH2 = "\x02h2";

// What the certificate is valid for, of a session whose endpoint has the wrong one; OpenSSL keeps no certificate it refuses.
int wrong_names_index() {
    static const int index =
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, [](void*, void* names, CRYPTO_EX_DATA*, int, long, void*) {
            delete static_cast<std::string*>(names);
        });
    return index;
}

bool is_wrong_name(long verdict) {
    return verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

// SSL_set_verify(3): called for each certificate and each problem; `good` is the verdict so far.
int on_verify(int good, X509_STORE_CTX* verification) noexcept {
    if (good == 1 || !is_wrong_name(X509_STORE_CTX_get_error(verification))) return good;
    auto* session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto names = read_names(*X509_STORE_CTX_get0_cert(verification));
    std::vector<std::string> all(names.dns);
    for (const auto& address : names.addresses) all.push_back(address.to_string());
    auto text = std::make_unique<std::string>(fmt::format("{}", fmt::join(all, ", ")));
    if (SSL_get_ex_data(session, wrong_names_index()) == nullptr &&
        SSL_set_ex_data(session, wrong_names_index(), text.get()) == 1)
        text.release();
    return good;
}

Result<void> apply_protocols(SSL_CTX& context, const ClientConfig& config) {
    const auto versions = parse_protocols(config.protocols, "proxy-ssl-protocols");
    if (!versions) return versions.error();
    SSL_CTX_set_min_proto_version(&context, versions->lowest);
    SSL_CTX_set_max_proto_version(&context, versions->highest);
    SSL_CTX_set_options(&context, versions->left_out);
    SSL_CTX_set_security_level(&context, versions->lowest < TLS1_2_VERSION ? 0 : kSecurityLevel);
    return {};
}

Result<void> apply_ciphers(SSL_CTX& context, const ClientConfig& config) {
    if (SSL_CTX_set_cipher_list(&context, config.ciphers.c_str()) == 1) return {};
    return Error{fmt::format("proxy-ssl-ciphers: OpenSSL finds no cipher in \"{}\" ({}); write a list as `openssl "
                             "ciphers` takes it, or leave it out",
                             config.ciphers, take_openssl_reason())};
}

Result<void> apply_authorities(SSL_CTX& context, const ClientConfig& config) {
    if (!config.verify) return {};
    if (config.name.empty()) return Error{"proxy-ssl-verify needs a name to look for; write proxy-ssl-name"};
    auto authorities = read_certificates(config.authorities_pem, "ca.crt");
    if (!authorities) return authorities.error();
    X509_STORE* store = SSL_CTX_get_cert_store(&context);
    for (int i = 0; i < sk_X509_num(authorities->get()); ++i)
        X509_STORE_add_cert(store, sk_X509_value(authorities->get(), i));
    // Whoever puts an intermediate authority, or the endpoint's own certificate, into ca.crt trusts exactly that.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_verify_depth(&context, std::min(config.verify_depth, kDeepestChain));
    return {};
}

void apply_options(SSL_CTX& context) {
    SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // A missing close_notify must stay visible: it tells a truncated response from a whole one (RFC 9112 section 9.8).
    SSL_CTX_clear_options(&context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(&context, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(&context, 1);
    SSL_CTX_set_max_cert_list(&context, kMaxPeerChainBytes);
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
}

std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

// "; wanted \"a\", and its certificate is valid for b, c"
std::string mismatch(const SSL& session) {
    const char* wanted = X509_VERIFY_PARAM_get0_host(SSL_get0_param(const_cast<SSL*>(&session)), 0);
    const auto* names = static_cast<const std::string*>(SSL_get_ex_data(&session, wrong_names_index()));
    std::string text;
    if (wanted != nullptr) text += fmt::format("; wanted \"{}\"", wanted);
    if (names != nullptr)
        text += fmt::format("{} its certificate is valid for {}", text.empty() ? ";" : ", and", *names);
    return text;
}

}  // namespace

ClientContext::ClientContext(SSL_CTX* context, ClientConfig config)
    : context_(context),
      config_(std::move(config)),
      name_is_address_(IpAddress::parse(config_.name).has_value()),
      id_(next_id()) {}

ClientContext::~ClientContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const ClientContext>> ClientContext::create(const ClientConfig& config) {
    SslContextPtr context(SSL_CTX_new(TLS_client_method()));
    FAIRWAY_ASSERT(context != nullptr, "OpenSSL can make a client context");
    for (const auto apply : {apply_protocols, apply_ciphers, apply_authorities})
        if (const auto applied = apply(*context, config); !applied) return applied.error();
    apply_options(*context);
    return std::shared_ptr<const ClientContext>(new ClientContext(context.release(), config));
}

const std::shared_ptr<const ClientContext>& ClientContext::unverified() {
    static const auto kContext = create({}).value();
    return kContext;
}

SSL* ClientContext::new_session(Alpn alpn) const {
    SslPtr session(SSL_new(context_));
    FAIRWAY_ASSERT(session != nullptr, "SSL_new fails only when memory is out");
    if (config_.certificate != nullptr) config_.certificate->use_for(*session);
    if (config_.send_server_name && !config_.name.empty() && !name_is_address_)
        SSL_set_tlsext_host_name(session.get(), config_.name.c_str());
    if (config_.verify) {
        X509_VERIFY_PARAM* wanted = SSL_get0_param(session.get());
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        const bool set = name_is_address_ ? X509_VERIFY_PARAM_set1_ip_asc(wanted, config_.name.c_str()) == 1
                                          : X509_VERIFY_PARAM_set1_host(wanted, config_.name.c_str(), 0) == 1;
        FAIRWAY_ASSERT(set, "a name to verify can be set, or no name would be verified");
    }
    const std::string_view protocols = alpn == Alpn::h2 ? kAlpnH2 : kAlpnHttp1;
    SSL_set_alpn_protos(session.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned int>(protocols.size()));
    SSL_set_connect_state(session.get());
    ERR_clear_error();
    return session.release();
}

std::string handshake_problem(const SSL& session) {
    const unsigned long error = ERR_peek_error();
    const int library = ERR_GET_LIB(error);
    const int code = ERR_GET_REASON(error);
    const std::string reason = take_openssl_reason();
    if (error == 0) return "the endpoint closed the connection during the TLS handshake";
    if (library != ERR_LIB_SSL) return reason;
    if (code == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        const long verdict = SSL_get_verify_result(&session);
        return fmt::format("certificate verify failed: {}{}", X509_verify_cert_error_string(verdict),
                           is_wrong_name(verdict) ? mismatch(session) : "");
    }
    if (code == SSL_R_WRONG_VERSION_NUMBER || code == SSL_R_PACKET_LENGTH_TOO_LONG)
        return fmt::format("{}: the endpoint does not seem to speak TLS on this port", reason);
    return reason;
}

std::string alert_problem(std::uint8_t alert) {
    const char* reason = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert));
    return reason == nullptr ? fmt::format("TLS alert {}", alert) : std::string(reason);
}

}  // namespace fairway::tls
