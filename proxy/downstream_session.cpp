#include "proxy/downstream_session.hpp"

#include <openssl/ssl.h>

#include "base/log.hpp"
#include "proxy/filters/real_ip.hpp"
#include "proxy/io/peek.hpp"
#include "proxy/l4/passthrough.hpp"
#include "proxy/proxied_connection.hpp"
#include "tls/client_certificate.hpp"
#include "tls/server_config.hpp"

namespace fairway::proxy {

namespace {

constexpr std::chrono::seconds kHandshakeTimeout{60};  // nginx: client_header_timeout bounds it too

constexpr std::string_view kPlainHttpAnswer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 250\r\nConnection: close\r\n\r\n"
    "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n"
    "<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n"
    "<center>The plain HTTP request was sent to HTTPS port</center>\r\n"
    "<hr><center>fairway</center>\r\n</body>\r\n</html>\r\n";

}  // namespace

DownstreamSession::DownstreamSession(WorkerContext& worker, int fd, ConnectionFacts facts,
                                     std::function<void(DownstreamSession&)> on_end)
    : connection_(worker, fd, std::move(facts)), on_end_(std::move(on_end)) {}

DownstreamSession::~DownstreamSession() {
    root_ = io::Task<void>{};  // frames first: they refer to everything else
}

void DownstreamSession::start() {
    root_ = run();
    root_.start();
}

void DownstreamSession::drain() {
    if (http2_) http2_->drain();
}

void DownstreamSession::end_if_idle() {
    if (http1_) http1_->end_if_idle();
}

// The one net under everything a session does (style: exceptions do not cross the data path).
io::Task<void> DownstreamSession::run() {
    try {
        co_await serve();
    } catch (const std::exception& error) {
        log::error("session.failed", {{"client", connection_.facts.peer_text}, {"reason", error.what()}});
        connection_.io.reset_on_close();
    }
    on_end_(*this);
}

io::Task<void> DownstreamSession::serve() {
    WorkerContext& worker = connection_.worker;
    if (worker.snapshot->settings->forwarded.proxy_protocol && !co_await read_proxy_header()) {
        ++worker.counters.bad_proxy_headers;
        co_return;
    }
    if (connection_.facts.tls) {
        if (worker.snapshot->passthrough) {
            auto host = co_await l4::find_passthrough(connection_, kHandshakeTimeout);
            if (host) {
                co_await l4::pass_through(connection_, *host);
                co_return;
            }
        }
        if (!co_await tls_handshake()) co_return;
        if (chose_http2()) {
            co_await serve_http2({});
            co_return;
        }
    }
    http1_ = std::make_unique<http1::Session>(connection_);
    const auto end = co_await http1_->serve();
    if (end != http1::SessionEnd::http2) co_return;
    auto input = http1_->take_input();
    http1_.reset();
    co_await serve_http2(std::move(input));
}

io::Task<void> DownstreamSession::serve_http2(http1::InputWindow input) {
    http2_ = std::make_unique<http2::Session>(connection_);
    const auto end = co_await http2_->serve(input.bytes());
    if (end == http2::SessionEnd::linger) co_await connection_.linger();
}

bool DownstreamSession::chose_http2() const noexcept {
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(connection_.io.ssl(), &protocol, &size);
    return std::string_view(reinterpret_cast<const char*>(protocol), size) == "h2";
}

// False: malformed, late, or the client left. What follows the header stays with the socket.
io::Task<bool> DownstreamSession::read_proxy_header() {
    WorkerContext& worker = connection_.worker;
    const SnapshotRef snapshot = worker.snapshot;
    const auto& settings = snapshot->settings->forwarded;
    connection_.set_state(DownstreamState::reading);
    const io::TimePoint deadline = worker.reactor.now() + settings.proxy_header_timeout;
    std::array<char, l4::kMaxProxyHeader> bytes;
    std::size_t seen = 0;
    for (;;) {
        const auto peeked = co_await io::peek_more(connection_.io.source(), bytes, seen, deadline);
        if (peeked.status != io::IoStatus::ok) co_return false;
        seen = peeked.bytes;
        const auto parsed = l4::parse_proxy_header({bytes.data(), seen});
        if (parsed.status == l4::ProxyHeaderStatus::malformed) co_return false;
        if (parsed.status == l4::ProxyHeaderStatus::incomplete) {
            if (seen == bytes.size()) co_return false;
            continue;
        }
        if (!io::take_peeked(connection_.io.source(), parsed.consumed)) co_return false;
        if (parsed.header.addresses) believe(*parsed.header.addresses, settings);
        co_return true;
    }
}

void DownstreamSession::believe(const l4::ProxyHeader::Addresses& addresses,
                                const routing::ForwardedSettings& settings) {
    ConnectionFacts& facts = connection_.facts;
    ProxiedConnection proxied{addresses, addresses.source.ip.to_string(), addresses.destination.ip.to_string(),
                              facts.peer_text};
    // Reference 2.4. With use-forwarded-headers proxy-real-ip-cidr is about the source that the header names, as the list in
    // the forwarding field begins behind it; alone it is about who sends the header (nginx: set_real_ip_from).
    if (settings.use_forwarded_headers || is_trusted_proxy(facts.peer.ip, settings.trusted_proxies)) {
        facts.peer = addresses.source;
        facts.peer_text = proxied.source_text;
    }
    facts.proxied = std::make_shared<const ProxiedConnection>(std::move(proxied));
}

io::Task<bool> DownstreamSession::tls_handshake() {
    WorkerContext& worker = connection_.worker;
    const SnapshotRef snapshot = worker.snapshot;  // its certificates are needed until the end of the handshake
    connection_.set_state(DownstreamState::reading);
    io::SslPtr ssl(snapshot->tls->new_session());
    if (!ssl) co_return false;
    const auto done = co_await connection_.io.handshake(std::move(ssl), kHandshakeTimeout);
    if (done.status != io::IoStatus::ok) {
        ++worker.counters.tls_handshake_failures;
        if (done.status == io::IoStatus::plain_http) co_await refuse_plain_http();
        co_return false;
    }
    note_handshake();
    co_return true;
}

void DownstreamSession::note_handshake() {
    WorkerContext& worker = connection_.worker;
    SSL* session = connection_.io.ssl();
    ++worker.counters.tls_handshakes;
    if (SSL_session_reused(session) != 0) ++worker.counters.tls_resumed;
    ConnectionFacts& facts = connection_.facts;
    facts.tls_protocol = SSL_get_version(session);
    facts.tls_cipher = SSL_get_cipher_name(session);
    if (const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)) facts.server_name = name;
    const auto* host = tls::ServerConfig::applied_settings(*session);
    if (host != nullptr && host->client_verification)
        facts.client_certificate = std::make_shared<const tls::ClientCertificate>(
            tls::read_client_certificate(*session, host->client_verification));
}

// As nginx (its status 497): whoever typed http:// for the TLS port is told so, in the clear.
io::Task<void> DownstreamSession::refuse_plain_http() {
    WorkerContext& worker = connection_.worker;
    ++worker.counters.bad_requests;
    std::array<iovec, 1> answer{{{const_cast<char*>(kPlainHttpAnswer.data()), kPlainHttpAnswer.size()}}};
    const auto sent = co_await connection_.io.write_all(answer, worker.snapshot->settings->downstream.send_timeout);
    if (sent.status == io::IoStatus::ok) co_await connection_.linger();
}

}  // namespace fairway::proxy
