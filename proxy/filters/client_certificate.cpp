#include "proxy/filters/client_certificate.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "routing/host_name.hpp"
#include "routing/path_normalise.hpp"
#include "tls/client_certificate.hpp"

namespace fairway::proxy {

namespace {

const OwnAnswer kMisdirected{.status = 421};
constexpr std::string_view kNoneSent = "No required SSL certificate was sent";
constexpr std::string_view kBad = "The SSL certificate error";
constexpr std::string_view kWrongName = "client certificate unauthorized";

const routing::ClientCertificates& policy_of(const Exchange& exchange) {
    return *exchange.record.rules->client_certificates();
}

/// What the client showed, if it was asked by the very settings of this host; else nullptr. A certificate that another host
/// has judged, or this one before its authorities changed, counts for nothing.
const tls::ClientCertificate* shown_to(const Exchange& exchange) {
    const auto* shown = exchange.record.connection->client_certificate.get();
    const auto& wanted = policy_of(exchange).verification;
    return shown != nullptr && wanted && shown->verification->id() == wanted->id() ? shown : nullptr;
}

/// nginx compares the names alone: a connection for another name of the same host is misdirected too.
bool is_for_this_name(const Exchange& exchange) {
    std::array<char, routing::kHostBufferBytes> buffer;
    return routing::normalise_host(exchange.record.connection->server_name, buffer) == exchange.record.host;
}

bool is_url(std::string_view page) { return page.find("://") != std::string_view::npos; }

// nginx: error_page 495 496 = /page. The request goes on as a GET of that page; one with a body cannot. Nothing is left of
// what was asked for, or a rewrite, an application behind FastCGI or a tunnel would lead there.
bool turn_to_page(Exchange& exchange, const std::string& page) {
    RequestHead& request = exchange.request;
    if (request.framing != Framing::none) return false;
    std::vector<char> scratch(page.size());
    const auto normalised = routing::normalise_path(std::string_view(page).substr(0, page.find('?')), scratch);
    if (normalised.error != routing::PathError::none) return false;
    exchange.path = exchange.request_edits.fields.keep(std::string(normalised.path));
    exchange.path_groups = {};
    const auto found = exchange.record.rules->match(exchange.path, &exchange.path_groups);
    exchange.record.route = found.route != nullptr ? found.route : exchange.snapshot->default_route.get();
    exchange.add_slash = false;
    request.target = request.origin_form = page;
    request.path = request.origin_form.substr(0, page.find('?'));
    request.query = request.origin_form.substr(std::min(page.size(), request.path.size() + 1));
    request.upgrade = request.websocket_key = {};
    if (request.method != Method::head) {
        request.method = Method::get;
        request.method_text = "GET";
    }
    return true;
}

std::optional<OwnAnswer> refuse(Exchange& exchange, std::string_view reason) {
    const std::string& page = policy_of(exchange).error_page;
    if (is_url(page)) return OwnAnswer{.status = 302, .location = page};
    if (!page.empty() && turn_to_page(exchange, page)) return std::nullopt;
    return OwnAnswer{.status = 400, .reason = reason};
}

}  // namespace

std::optional<OwnAnswer> check_client_certificate(Exchange& exchange) {
    const auto& policy = policy_of(exchange);
    if (!policy.refused.empty()) return OwnAnswer{.status = 403};
    const ConnectionFacts& connection = *exchange.record.connection;
    if (!connection.tls || !policy.verification) return std::nullopt;
    const auto* shown = shown_to(exchange);
    if (!connection.server_name.empty() && (shown == nullptr || !is_for_this_name(exchange))) return kMisdirected;
    if (shown == nullptr || !shown->presented) {
        const bool needed = policy.verification->settings().mode == tls::VerifyClient::on;
        return needed ? refuse(exchange, kNoneSent) : std::nullopt;
    }
    return shown->accepted ? std::nullopt : refuse(exchange, kBad);
}

std::optional<OwnAnswer> check_client_name(Exchange& exchange) {
    const auto& policy = policy_of(exchange);
    const auto* shown = shown_to(exchange);
    // Without TLS the name is empty, which no pattern that begins with CN= finds.
    const std::string_view subject = shown != nullptr ? std::string_view(shown->subject) : std::string_view();
    if (policy.match_cn && !policy.match_cn->matches(subject)) return OwnAnswer{.status = 403, .reason = kWrongName};

    FieldEdits& fields = exchange.request_edits.fields;
    const bool tls = exchange.record.connection->tls;
    fields.set("ssl-client-verify", shown != nullptr ? std::string_view(shown->verdict) : tls ? "NONE" : "");
    fields.set("ssl-client-subject-dn", subject);
    fields.set("ssl-client-issuer-dn", shown != nullptr ? std::string_view(shown->issuer) : std::string_view());
    // ingress-nginx lets a client's own ssl-client-cert pass when it sends none itself; no endpoint should believe that.
    const bool passed = policy.pass_certificate && shown != nullptr;
    fields.set("ssl-client-cert", passed ? std::string_view(shown->escaped_pem) : std::string_view());
    return std::nullopt;
}

}  // namespace fairway::proxy
