#include "tls/handshake.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>

namespace fairway::tls::test {

namespace {

std::string alpn_wire(const std::vector<std::string>& protocols) {
    std::string wire;
    for (const auto& protocol : protocols) {
        wire.push_back(static_cast<char>(protocol.size()));
        wire += protocol;
    }
    return wire;
}

void require(bool succeeded, const char* what) {
    if (!succeeded) throw std::runtime_error(std::string("client set-up failed: ") + what);
}

OwnedContext client_context(const ClientSettings& settings) {
    OwnedContext context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), settings.lowest);
    SSL_CTX_set_max_proto_version(context.get(), settings.highest);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    if (!settings.ciphers.empty())
        require(SSL_CTX_set_cipher_list(context.get(), settings.ciphers.c_str()) == 1, "ciphers");
    if (!settings.signature_algorithms.empty())
        require(SSL_CTX_set1_sigalgs_list(context.get(), settings.signature_algorithms.c_str()) == 1, "sigalgs");
    if (!settings.groups.empty())
        require(SSL_CTX_set1_groups_list(context.get(), settings.groups.c_str()) == 1, "groups");
    if (!settings.send_tickets_extension) SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
    return context;
}

OwnedSsl client_session(const ClientSettings& settings) {
    const OwnedContext context = client_context(settings);
    OwnedSsl session(SSL_new(context.get()));
    if (!settings.server_name.empty())
        require(SSL_set_tlsext_host_name(session.get(), settings.server_name.c_str()) == 1, "SNI");
    const std::string wire = alpn_wire(settings.alpn);
    if (!wire.empty())
        require(SSL_set_alpn_protos(session.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                                    static_cast<unsigned int>(wire.size())) == 0,
                "ALPN");
    if (settings.resume != nullptr) require(SSL_set_session(session.get(), settings.resume) == 1, "session");
    SSL_set_connect_state(session.get());
    return session;
}

void join(SSL& a, SSL& b) {
    BIO* a_end = nullptr;
    BIO* b_end = nullptr;
    require(BIO_new_bio_pair(&a_end, 256 * 1024, &b_end, 256 * 1024) == 1, "BIO pair");
    SSL_set_bio(&a, a_end, a_end);
    SSL_set_bio(&b, b_end, b_end);
}

bool failed(SSL& session, int result) {
    const int error = SSL_get_error(&session, result);
    return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
}

std::string pass(SSL& from, SSL& to, std::string_view text) {
    ERR_clear_error();
    if (SSL_write(&from, text.data(), static_cast<int>(text.size())) <= 0) return {};
    std::array<char, 4096> buffer;
    const int size = SSL_read(&to, buffer.data(), static_cast<int>(buffer.size()));
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

void note_alert(const SSL* session, int where, int what) {
    constexpr int kReadAlert = SSL_CB_READ_ALERT;
    if ((where & kReadAlert) == kReadAlert && (what >> 8) == SSL3_AL_FATAL)
        *static_cast<int*>(SSL_get_app_data(session)) = what & 0xff;
}

}  // namespace

Connection connect(const ServerConfig& config, const ClientSettings& settings) {
    Connection made;
    int alert = -1;
    made.client = client_session(settings);
    made.server.reset(config.new_session());
    join(*made.client, *made.server);
    SSL_set_app_data(made.client.get(), &alert);
    SSL_set_info_callback(made.client.get(), note_alert);
    bool client_done = false;
    bool server_done = false;
    constexpr int kMostRounds = 20;
    for (int round = 0; round < kMostRounds && !(client_done && server_done); ++round) {
        ERR_clear_error();
        const int client = SSL_do_handshake(made.client.get());
        client_done = client == 1;
        if (!client_done && failed(*made.client, client)) break;
        ERR_clear_error();
        const int server = SSL_do_handshake(made.server.get());
        server_done = server == 1;
        if (!server_done && failed(*made.server, server)) {
            SSL_do_handshake(made.client.get());  // lets the client see the alert
            break;
        }
    }
    SSL_set_info_callback(made.client.get(), nullptr);
    SSL_set_app_data(made.client.get(), nullptr);
    ERR_clear_error();
    made.completed = client_done && server_done;
    made.alert = alert;
    return made;
}

std::string Connection::shown_name() const {
    const X509* certificate = SSL_get0_peer_certificate(client.get());
    if (certificate == nullptr) return {};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

KeyType Connection::shown_key() const {
    switch (EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(client.get())))) {
        case EVP_PKEY_RSA: return KeyType::rsa;
        case EVP_PKEY_EC: return KeyType::ecdsa;
        default: return KeyType::other;
    }
}

std::string Connection::alpn() const {
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(client.get(), &protocol, &size);
    return {reinterpret_cast<const char*>(protocol), size};
}

std::string Connection::client_to_server(std::string_view text) { return pass(*client, *server, text); }

std::string Connection::server_to_client(std::string_view text) { return pass(*server, *client, text); }

OwnedSession Connection::session() {
    server_to_client("x");
    OwnedSession session(SSL_get1_session(client.get()));
    close();
    return session;
}

void Connection::close() {
    SSL_shutdown(client.get());
    SSL_shutdown(server.get());
    SSL_shutdown(client.get());
    ERR_clear_error();
}

std::shared_ptr<const Certificate> certificate_for(std::vector<std::string> names, KeyType type) {
    CertificateRequest request;
    request.common_name = names.front();
    request.names = std::move(names);
    request.key_type = type;
    const auto made = make_self_signed(request);
    return Certificate::load(made.certificate_pem, made.key_pem).value();
}

CertificateStore store_with_default() { return CertificateStore(certificate_for({"default.example"})); }

std::shared_ptr<const ServerConfig> config_of(const ServerSettings& settings, CertificateStore store,
                                              const ServerConfig* previous) {
    return ServerConfig::create(settings, std::make_shared<const CertificateStore>(std::move(store)), previous).value();
}

}  // namespace fairway::tls::test
