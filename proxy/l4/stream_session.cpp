#include "proxy/l4/stream_session.hpp"

#include <array>

#include "base/log.hpp"
#include "proxy/io/socket_address.hpp"
#include "proxy/l4/connect_backend.hpp"

namespace fairway::proxy::l4 {

namespace {

constexpr std::chrono::seconds kProxyHeaderTimeout{30};  // nginx: proxy_protocol_timeout

// nginx's $status of a stream session.
constexpr std::uint16_t kDone = 200;
constexpr std::uint16_t kBadProxyHeader = 400;
constexpr std::uint16_t kFailed = 500;
constexpr std::uint16_t kNotConnected = 502;

}  // namespace

StreamSession::StreamSession(WorkerContext& worker, int fd, const SocketAddress& peer, StreamPort port,
                             std::function<void(StreamSession&)> on_end)
    : worker_(worker),
      client_(worker.reactor, fd, true),
      port_(std::move(port)),
      on_end_(std::move(on_end)),
      peer_(peer),
      began_(worker.reactor.now()) {
    ++port_.counters->accepted;
    ++port_.counters->active;
}

StreamSession::~StreamSession() {
    root_ = io::Task<void>{};  // frames first: they refer to the connections
    if (!over_) give_up(kDone);
    --port_.counters->active;
}

void StreamSession::start() {
    root_ = run();
    root_.start();
}

// The one net under everything a session does (style: exceptions do not cross the data path).
io::Task<void> StreamSession::run() {
    try {
        co_await serve();
    } catch (const std::exception& error) {
        log::error("stream.failed", {{"client", peer_.to_string()}, {"reason", error.what()}});
        give_up(kFailed);
    }
    on_end_(*this);
}

io::Task<void> StreamSession::serve() {
    if (port_.accept_proxy_protocol) {
        if (!co_await read_proxy_header()) {
            ++port_.counters->bad_proxy_headers;
            co_return give_up(kBadProxyHeader);
        }
    }
    endpoint_ = co_await connect_backend(worker_, *port_.backend, *port_.policy, client_address().ip);
    if (!endpoint_) {  // as kube-proxy rejects connections to a Service without endpoints: at once
        ++port_.counters->failed;
        co_return give_up(kNotConnected);
    }
    if (!co_await send_first_bytes()) co_return give_up(kDone);
    Relay relay(worker_.buffers, client_, endpoint_->connection, port_.policy->idle_timeout, *port_.counters);
    const RelayEnd end = co_await relay.run();
    received_bytes_ += relay.received_bytes();
    sent_bytes_ = relay.sent_bytes();
    if (end != RelayEnd::orderly) co_return give_up(kDone);
    finish(kDone);
}

// False: malformed, late, or the client left. What follows the header stays in input_.
io::Task<bool> StreamSession::read_proxy_header() {
    const io::TimePoint deadline = worker_.reactor.now() + kProxyHeaderTimeout;
    for (;;) {
        if (!client_.has_input()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - worker_.reactor.now());
            if (left.count() <= 0) co_return false;
            const io::Wake why = co_await io::readable(client_.source(), left);
            if (why != io::Wake::ready) co_return false;
        }
        if (!input_) input_ = worker_.buffers.small();
        const auto got = client_.try_read(input_.span().subspan(input_end_));
        if (got.status == io::IoStatus::would_block) continue;
        if (got.status != io::IoStatus::ok) co_return false;
        input_end_ += got.bytes;
        const auto parsed = parse_proxy_header({input_.data(), input_end_});
        if (parsed.status == ProxyHeaderStatus::malformed) co_return false;
        if (parsed.status == ProxyHeaderStatus::incomplete) continue;
        addresses_ = parsed.header;
        input_begin_ = parsed.consumed;
        if (input_begin_ == input_end_) input_ = io::Buffer{};
        co_return true;
    }
}

// The PROXY header for the endpoint, and what the client sent behind its own.
io::Task<bool> StreamSession::send_first_bytes() {
    std::array<char, kMaxProxyHeaderV1> header;
    std::array<iovec, 2> pieces{};
    if (port_.send_proxy_protocol) {
        const auto addresses = addresses_.addresses.value_or(ProxyHeader::Addresses{peer_, local_address()});
        pieces[0] = {header.data(), write_proxy_header(addresses, header).size()};
    }
    if (input_) pieces[1] = {input_.data() + input_begin_, input_end_ - input_begin_};
    received_bytes_ = pieces[1].iov_len;
    port_.counters->received_bytes += received_bytes_;
    const auto sent = co_await endpoint_->connection.write_all(pieces, port_.policy->idle_timeout);
    input_ = io::Buffer{};
    co_return sent.status == io::IoStatus::ok;
}

SocketAddress StreamSession::local_address() const {
    io::RawSocketAddress raw;
    getsockname(client_.source().fd(), raw.get(), raw.size_out());
    return raw.value();
}

SocketAddress StreamSession::client_address() const {
    return addresses_.addresses ? addresses_.addresses->source : peer_;
}

// What ends here is not whole: neither side may take it for an orderly end.
void StreamSession::give_up(std::uint16_t status) {
    client_.reset_on_close();
    if (endpoint_) endpoint_->connection.reset_on_close();
    finish(status);
}

void StreamSession::finish(std::uint16_t status) {
    over_ = true;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(io::Reactor::exact_now() - began_);
    StreamRecord record{.client = client_address(), .protocol = "TCP", .status = status};
    record.bytes_sent = sent_bytes_;
    record.bytes_received = received_bytes_;
    record.took = took;
    record.server_port = port_.address.port;
    record.upstream_name = port_.backend->name;
    if (endpoint_) record.upstream = endpoint_->key.address;
    const std::string source = addresses_.addresses ? addresses_.addresses->source.ip.to_string() : std::string();
    record.proxy_protocol_addr = source;
    worker_.finish_stream(record);
}

}  // namespace fairway::proxy::l4
