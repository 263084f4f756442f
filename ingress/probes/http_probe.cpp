#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "base/ascii.hpp"
#include "ingress/probes/connect.hpp"
#include "ingress/probes/redirect.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::uint32_t kMostHeader = 64 * 1024;
constexpr std::size_t kMostBody = 10 * 1024;  // the kubelet's maxRespBodyLength
constexpr int kMostRedirects = 10;            // as net/http
constexpr int kMostInformational = 5;         // as net/http: 1xx responses before the real one

struct Response {
    unsigned status = 0;
    std::string location;
};

/// For servers with self-signed certificates, as the kubelet takes them.
asio::ssl::context& unverified_tls() {
    static asio::ssl::context context = [] {
        asio::ssl::context made(asio::ssl::context::tls_client);
        made.set_verify_mode(asio::ssl::verify_none);
        return made;
    }();
    return context;
}

HttpHop first_hop(const HttpProbe& probe) {
    HttpHop hop;
    hop.https = probe.action.https;
    hop.host = probe.host;
    hop.port = probe.port;
    hop.target = probe.action.path.substr(0, probe.action.path.find('#'));
    hop.host_field = authority_of(hop);
    for (const auto& [name, value] : probe.action.headers)
        if (ascii::iequals(name, "Host") && !value.empty()) hop.host_field = value;
    return hop;
}

http::request<http::empty_body> make_request(const HttpProbe& probe, const HttpHop& hop) {
    http::request<http::empty_body> request(http::verb::get, hop.target, 11);
    for (const auto& [name, value] : probe.action.headers)
        if (!ascii::iequals(name, "Host")) request.insert(name, value);
    // An empty value in httpHeaders takes these two away, as it does in the kubelet.
    const auto set_unless_given = [&](http::field field, const std::string& value) {
        const auto given = request.find(field);
        if (given == request.end())
            request.set(field, value);
        else if (given->value().empty())
            request.erase(field);
    };
    set_unless_given(http::field::user_agent, probe.user_agent);
    set_unless_given(http::field::accept, "*/*");
    request.set(http::field::host, hop.host_field);
    request.set(http::field::connection, "close");
    return request;
}

/// Sends the request and reads the response: its head, and the first part of its body.
template <class Stream>
asio::awaitable<Response> exchange(Stream& stream, std::shared_ptr<AttemptProgress> progress,
                                   const http::request<http::empty_body>& request) {
    progress->doing = "sending the request";
    co_await http::async_write(stream, request, asio::use_awaitable);

    progress->doing = "waiting for the head of the response";
    boost::beast::flat_buffer buffer(2 * kMostHeader);
    std::optional<http::parser<false, http::buffer_body>> parser;
    for (int informational = 0; informational <= kMostInformational; ++informational) {
        parser.emplace();
        parser->header_limit(kMostHeader);
        parser->body_limit(boost::none);
        co_await http::async_read_header(stream, buffer, *parser, asio::use_awaitable);
        if (parser->get().result_int() / 100 != 1 || parser->get().result_int() == 101) break;
    }

    progress->doing = "reading the body of the response";
    std::array<char, 4096> chunk;
    for (std::size_t received = 0; received < kMostBody && !parser->is_done();) {
        auto& body = parser->get().body();
        body.data = chunk.data();
        body.size = chunk.size();
        boost::system::error_code error;
        co_await http::async_read_some(stream, buffer, *parser, asio::redirect_error(asio::use_awaitable, error));
        if (error && error != http::error::need_buffer) throw boost::system::system_error(error);
        received += chunk.size() - body.size;
    }
    Response response;
    response.status = parser->get().result_int();
    response.location = std::string(parser->get()[http::field::location]);
    co_return response;
}

asio::awaitable<Response> ask(std::shared_ptr<AttemptProgress> progress, const HttpProbe& probe, const HttpHop& hop) {
    const auto request = make_request(probe, hop);
    auto socket = co_await connect_to(progress, hop.host, hop.port);
    if (!hop.https) co_return co_await exchange(socket, progress, request);

    asio::ssl::stream<tcp::socket&> stream(socket, unverified_tls());
    // RFC 6066 section 3: only names are sent, not addresses.
    if (!IpAddress::parse(hop.host)) SSL_set_tlsext_host_name(stream.native_handle(), hop.host.c_str());
    progress->doing = "waiting for the TLS handshake";
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    co_return co_await exchange(stream, progress, request);
}

bool is_redirect(const Response& response) {
    switch (response.status) {
        case 301:
        case 302:
        case 303:
        case 307:
        case 308: return !response.location.empty();
        default: return false;
    }
}

ProbeOutcome judge(const Response& response) {
    if (response.status < 200 || response.status >= 400)
        return probe_failure(fmt::format("HTTP probe failed with statuscode: {}", response.status));
    return probe_success(fmt::format("HTTP {}", response.status));
}

asio::awaitable<ProbeOutcome> run(std::shared_ptr<AttemptProgress> progress, HttpProbe probe) {
    auto hop = first_hop(probe);
    for (int followed = 0; followed < kMostRedirects; ++followed) {
        const auto response = co_await ask(progress, probe, hop);
        if (!is_redirect(response)) co_return judge(response);
        auto next = follow_redirect(hop, response.location);
        if (!next) co_return probe_failure(next.error().message);
        if (const auto* other = std::get_if<OtherHost>(&*next))
            co_return probe_success(fmt::format("HTTP {}: the redirect to another host, {}, is not followed",
                                                response.status, k8s::quoted(other->host)));
        hop = std::get<HttpHop>(*std::move(next));
    }
    co_return probe_failure(fmt::format("stopped after {} redirects", kMostRedirects));
}

}  // namespace

Started start_http_probe(asio::io_context& io, HttpProbe probe, TellOutcome tell) {
    return CoroutineAttempt::start(io, std::move(tell), [&](std::shared_ptr<AttemptProgress> progress) {
        return run(std::move(progress), std::move(probe));
    });
}

}  // namespace fairway::ingress
