#include "proxy/find_route.hpp"

#include "proxy/proxied_connection.hpp"
#include "routing/path_normalise.hpp"

namespace fairway::proxy {

void identify(const ConnectionFacts& facts, Exchange& exchange) {
    const routing::Settings& settings = *exchange.snapshot->settings;
    const std::uint16_t proxied_port = facts.proxied ? facts.proxied->addresses.destination.port : std::uint16_t{0};
    const RequestOrigin origin{facts.peer.ip, facts.peer_text, facts.local_port, facts.tls, proxied_port};
    exchange.forwarded = forwarded_values(exchange.request, origin, settings.forwarded);

    RequestRecord& record = exchange.record;
    record.client_ip = exchange.forwarded.client_ip();
    record.geo = settings.geo.get();
    record.new_target = &exchange.request_edits.target;
    record.scheme = exchange.forwarded.scheme;
    record.request_id = exchange.forwarded.request_id;
    record.best_host = exchange.forwarded.host;
    record.host = routing::normalise_host(exchange.request.authority, exchange.host);
}

Failure find_route(std::span<char> scratch, Exchange& exchange) {
    const RequestHead& head = exchange.request;
    const auto normalised = routing::normalise_path(head.path, scratch);
    if (normalised.error != routing::PathError::none) return Failure::bad_path;
    const auto found = exchange.snapshot->routes->match(exchange.record.host, normalised.path, &exchange.path_groups);
    exchange.record.rules = found.host;
    exchange.record.route = found.route != nullptr ? found.route : exchange.snapshot->default_route.get();
    exchange.path = normalised.path;
    exchange.add_slash = found.add_slash;
    return Failure::none;
}

}  // namespace fairway::proxy
