#include "proxy/l4/passthrough.hpp"

#include <sys/socket.h>

#include <array>

#include "proxy/io/peek.hpp"
#include "proxy/l4/connect_backend.hpp"
#include "proxy/l4/relay.hpp"
#include "proxy/proxied_connection.hpp"
#include "routing/host_name.hpp"
#include "tls/client_hello.hpp"

namespace fairway::proxy::l4 {

namespace {

// ingress-nginx's front has no limit at all. Peers that vanish are found by TCP's keep-alive before that.
constexpr std::chrono::hours kIdleTimeout{24};

constexpr std::uint16_t kNotConnected = 502;

std::optional<routing::PassthroughHost> find_host(const routing::PassthroughTable& table,
                                                  std::string_view server_name) {
    std::array<char, routing::kHostBufferBytes> buffer;
    const auto name = routing::normalise_host(server_name, buffer);
    const auto found = name.empty() ? table.end() : table.find(name);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

void keep_alive(const io::Connection& connection) noexcept {
    const int on = 1;
    setsockopt(connection.source().fd(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/// Counts a session as long as it lives, whatever ends it.
class OpenSession {
public:
    explicit OpenSession(StreamCounters& counters) : counters_(counters) {
        ++counters_.accepted;
        ++counters_.active;
    }
    ~OpenSession() { --counters_.active; }
    OpenSession(const OpenSession&) = delete;
    OpenSession& operator=(const OpenSession&) = delete;

private:
    StreamCounters& counters_;
};

}  // namespace

io::Task<std::optional<routing::PassthroughHost>> find_passthrough(DownstreamConnection& client,
                                                                   std::chrono::milliseconds timeout) {
    const SnapshotRef snapshot = client.worker.snapshot;
    client.set_state(DownstreamState::reading);
    const io::TimePoint deadline = client.worker.reactor.now() + timeout;
    io::Buffer buffer;
    std::size_t seen = 0;
    for (;;) {
        if (!client.io.source().readable()) {  // holds no buffer while nothing is there
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - client.worker.reactor.now());
            if (left.count() <= 0) co_return std::nullopt;
            const io::Wake why = co_await io::readable(client.io.source(), left);
            if (why != io::Wake::ready) co_return std::nullopt;
        }
        if (!buffer) buffer = client.worker.buffers.small();
        const auto peeked = co_await io::peek_more(client.io.source(), buffer.span(), seen, deadline);
        if (peeked.status != io::IoStatus::ok) co_return std::nullopt;
        seen = peeked.bytes;
        const auto hello = tls::read_client_hello({buffer.data(), seen});
        if (hello.status == tls::ClientHelloStatus::complete)
            co_return find_host(*snapshot->passthrough, hello.server_name);
        // One that does not fit is left to OpenSSL, and cannot be passed through.
        if (hello.status == tls::ClientHelloStatus::not_tls || seen == buffer.size()) co_return std::nullopt;
    }
}

io::Task<void> pass_through(DownstreamConnection& client, const routing::PassthroughHost& host) {
    static const routing::StreamPolicy kPolicy{.idle_timeout = kIdleTimeout};
    WorkerContext& worker = client.worker;
    const auto counters = worker.passthrough.of(host);
    const OpenSession open(*counters);
    const io::TimePoint began = worker.reactor.now();
    client.set_state(DownstreamState::writing);
    StreamRecord record{.client = client.facts.peer, .protocol = "TCP"};
    record.server_port = client.facts.local_port;
    record.upstream_name = host.backend->name;
    if (client.facts.proxied) record.proxy_protocol_addr = client.facts.proxied->source_text;

    auto endpoint = co_await connect_backend(worker, *host.backend, kPolicy, client.facts.peer.ip);
    if (endpoint) {
        keep_alive(client.io);
        keep_alive(endpoint->connection);
        record.upstream = endpoint->key.address;
        Relay relay(worker.buffers, client.io, endpoint->connection, kIdleTimeout, *counters);
        const RelayEnd end = co_await relay.run();
        record.bytes_received = relay.received_bytes();
        record.bytes_sent = relay.sent_bytes();
        if (end != RelayEnd::orderly) {
            client.io.reset_on_close();
            endpoint->connection.reset_on_close();
        }
    } else {
        ++counters->failed;
        record.status = kNotConnected;
        client.io.reset_on_close();
    }
    record.took = std::chrono::duration_cast<std::chrono::milliseconds>(io::Reactor::exact_now() - began);
    worker.finish_stream(record);
}

}  // namespace fairway::proxy::l4
