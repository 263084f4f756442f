#include "tls/server_context.hpp"

#include <openssl/pem.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "tls/context_state.hpp"
#include "tls/handshake_callbacks.hpp"
#include "tls/openssl.hpp"
#include "tls/protocol_versions.hpp"
#include "tls/resumption_callbacks.hpp"

namespace fairway::tls {

namespace {

// What ingress-nginx offers for TLS 1.2 when ssl-ciphers is not set.
constexpr const char* kDefaultCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256";

// OpenSSL's own suites, but AES-128 before AES-256, as in the list above and as Go and BoringSSL order them: SHA-256 costs
// the handshake a fifteenth less than SHA-384 does.
constexpr const char* kTls13Suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

// Sessions are found again only under the id context they were made in (SSL_CTX_set_session_id_context(3)).
constexpr std::string_view kSessionIdContext = "fairway";

// A ticket of one handshake may be used by one later connection only (RFC 8446 appendix C.4); one is what curl and Go
// keep, and each more costs the handshake a key derivation, a record and a place in the session cache.
constexpr std::size_t kTicketsPerHandshake = 1;

// Bounds what a peer can make us hold during a handshake; OpenSSL's other messages have fixed limits.
constexpr long kMaxPeerChainBytes = 64 * 1024;

// Random ticket keys live for at least this long, so that a short session time-out does not make them change all the time.
constexpr std::chrono::seconds kShortestKeyRotation = std::chrono::hours(1);

using Applied = Result<void>;

Applied apply_protocols(SSL_CTX& context, const ServerSettings& settings) {
    const auto versions = parse_protocols(settings.protocols);
    if (!versions) return versions.error();
    SSL_CTX_set_min_proto_version(&context, versions->lowest);
    SSL_CTX_set_max_proto_version(&context, versions->highest);
    SSL_CTX_set_options(&context, versions->left_out);
    // TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL 3 does at level 0 alone: whoever lists them means it.
    SSL_CTX_set_security_level(&context, versions->lowest < TLS1_2_VERSION ? 0 : kSecurityLevel);
    return {};
}

Applied apply_ciphers(SSL_CTX& context, const ServerSettings& settings) {
    if (SSL_CTX_set_ciphersuites(&context, kTls13Suites) != 1)
        return Error{"OpenSSL lacks the suites of TLS 1.3 (" + take_openssl_reason() +
                     "); install another build of it"};
    const char* list = settings.ciphers.empty() ? kDefaultCiphers : settings.ciphers.c_str();
    if (SSL_CTX_set_cipher_list(&context, list) == 1) return {};
    return Error{fmt::format("ssl-ciphers: OpenSSL finds no cipher for TLS 1.2 in \"{}\" ({}); write a list as "
                             "`openssl ciphers` takes it, or leave it out",
                             list, take_openssl_reason())};
}

// OpenSSL says only that the list is bad: try its items one by one.
std::string first_bad_curve(SSL_CTX& context, std::string_view list) {
    while (!list.empty()) {
        const std::string item(list.substr(0, list.find(':')));
        if (SSL_CTX_set1_groups_list(&context, item.c_str()) != 1) return item;
        list.remove_prefix(std::min(item.size() + 1, list.size()));
    }
    return {};
}

Applied apply_curves(SSL_CTX& context, const ServerSettings& settings) {
    if (settings.curves.empty() || settings.curves == "auto") return {};
    if (SSL_CTX_set1_groups_list(&context, settings.curves.c_str()) == 1) return {};
    const std::string bad = first_bad_curve(context, settings.curves);
    ERR_clear_error();
    return Error{fmt::format("ssl-ecdh-curve: \"{}\" is no curve that OpenSSL knows; write auto, or names separated by "
                             "colons such as X25519:prime256v1:secp384r1",
                             bad.empty() ? settings.curves : bad)};
}

Applied apply_dh_parameters(SSL_CTX& context, const ServerSettings& settings) {
    if (settings.dh_parameters_pem.empty()) return {};
    const BioPtr bio(
        BIO_new_mem_buf(settings.dh_parameters_pem.data(), static_cast<int>(settings.dh_parameters_pem.size())));
    KeyPtr parameters(PEM_read_bio_Parameters(bio.get(), nullptr));
    if (parameters != nullptr && SSL_CTX_set0_tmp_dh_pkey(&context, parameters.get()) == 1) {
        static_cast<void>(parameters.release());  // the context's now
        return {};
    }
    return Error{fmt::format("ssl-dh-param: dhparam.pem holds no parameters that OpenSSL takes ({}); make some with "
                             "openssl dhparam -out dhparam.pem 2048",
                             take_openssl_reason())};
}

void apply_options(SSL_CTX& context, const ServerSettings& settings) {
    SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    if (settings.prefer_server_ciphers) SSL_CTX_set_options(&context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    // A missing close_notify must stay visible: it tells a truncated message from a whole one.
    SSL_CTX_clear_options(&context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Certificates come with their chains: without this, OpenSSL would search one for each lone leaf, each time.
    SSL_CTX_set_mode(&context, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(&context, 1);
    SSL_CTX_set_max_cert_list(&context, kMaxPeerChainBytes);
}

void apply_resumption(SSL_CTX& context, const ServerSettings& settings) {
    SSL_CTX_set_session_id_context(&context, reinterpret_cast<const unsigned char*>(kSessionIdContext.data()),
                                   static_cast<unsigned int>(kSessionIdContext.size()));
    SSL_CTX_set_timeout(&context, static_cast<long>(settings.session_timeout_seconds));
    // OpenSSL's cache stays empty: ours (session_cache.hpp) is asked instead.
    SSL_CTX_set_session_cache_mode(&context, settings.session_cache
                                                 ? SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL |
                                                       SSL_SESS_CACHE_NO_AUTO_CLEAR
                                                 : SSL_SESS_CACHE_OFF);
    if (!settings.session_tickets) SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
    // Without tickets TLS 1.3 still sends some, each the id of a cached session.
    const bool resumable = settings.session_cache || settings.session_tickets;
    SSL_CTX_set_num_tickets(&context, resumable ? kTicketsPerHandshake : 0);
}

Result<std::shared_ptr<TicketKeys>> ticket_keys_for(const ServerSettings& settings, const ServerContext* previous) {
    if (!settings.session_tickets) return std::shared_ptr<TicketKeys>();
    const std::string& raw = settings.session_ticket_key;
    const auto before = previous == nullptr ? nullptr : previous->state().ticket_keys;
    if (before != nullptr && previous->settings().session_ticket_key == raw) return before;
    if (raw.empty()) {
        const std::chrono::seconds lifetime(settings.session_timeout_seconds);
        return TicketKeys::random(std::max(lifetime, kShortestKeyRotation), TicketKeys::Clock::now());
    }
    if (raw.size() != 48 && raw.size() != 80)
        return Error{fmt::format("ssl-session-ticket-key: it has {} bytes; write 48 or 80 random bytes in base64, from "
                                 "openssl rand -base64 80",
                                 raw.size())};
    return TicketKeys::fixed(raw, before.get());
}

std::shared_ptr<SessionCache> sessions_for(const ServerSettings& settings, const ServerContext* previous) {
    if (!settings.session_cache) return nullptr;
    const bool same_size = previous != nullptr &&
                           previous->settings().session_cache_entries == settings.session_cache_entries &&
                           previous->settings().session_timeout_seconds == settings.session_timeout_seconds;
    if (same_size && previous->state().sessions != nullptr) return previous->state().sessions;
    return std::make_shared<SessionCache>(settings.session_cache_entries,
                                          std::chrono::seconds(settings.session_timeout_seconds));
}

Applied check_alpn(const ServerSettings& settings) {
    constexpr std::size_t kLongest = 255;  // RFC 7301 section 3.1: one octet of length
    for (const std::string& protocol : settings.alpn_protocols)
        if (protocol.empty() || protocol.size() > kLongest)
            return Error{fmt::format("ALPN protocol \"{}\" must have 1 to {} bytes; write for example http/1.1",
                                     protocol, kLongest)};
    return {};
}

}  // namespace

ServerContext::ServerContext(SSL_CTX* context) : context_(context) {}

ServerContext::~ServerContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const ServerContext>> ServerContext::create(const ServerSettings& settings,
                                                                   const ServerContext* previous) {
    SslContextPtr context(SSL_CTX_new(TLS_server_method()));
    FAIRWAY_ASSERT(context != nullptr, "OpenSSL can make a server context");
    for (const auto apply : {apply_protocols, apply_ciphers, apply_curves, apply_dh_parameters})
        if (const auto applied = apply(*context, settings); !applied) return applied.error();
    if (const auto checked = check_alpn(settings); !checked) return checked.error();
    auto keys = ticket_keys_for(settings, previous);
    if (!keys) return keys.error();
    apply_options(*context, settings);
    apply_resumption(*context, settings);

    auto state = std::make_unique<ContextState>();
    state->settings = settings;
    state->ticket_keys = std::move(*keys);
    state->sessions = sessions_for(settings, previous);
    attach_state(*context, std::move(state));
    set_handshake_callbacks(*context);
    set_resumption_callbacks(*context);
    return std::shared_ptr<const ServerContext>(new ServerContext(context.release()));
}

SSL* ServerContext::new_session(const ServerConfig& config) const {
    SSL* session = SSL_new(context_);
    FAIRWAY_ASSERT(session != nullptr, "SSL_new fails only when memory is out");
    attach_config(*session, config);
    SSL_set_accept_state(session);
    return session;
}

const ServerSettings& ServerContext::settings() const noexcept { return state().settings; }

const ContextState& ServerContext::state() const noexcept { return state_of(*context_); }

}  // namespace fairway::tls
