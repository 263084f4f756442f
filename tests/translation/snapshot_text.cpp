#include "translation/snapshot_text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "routing/policy/access_list.hpp"
#include "routing/policy/balancing.hpp"
#include "routing/policy/basic_auth.hpp"
#include "routing/policy/body_buffering.hpp"
#include "routing/policy/canary.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/external_auth.hpp"
#include "routing/policy/fastcgi.hpp"
#include "routing/policy/field_set.hpp"
#include "routing/policy/mirror.hpp"
#include "routing/policy/rate_limits.hpp"
#include "routing/policy/response_rate.hpp"
#include "routing/policy/response_rewrite.hpp"
#include "routing/policy/rewrite.hpp"
#include "routing/policy/tracing.hpp"
#include "routing/policy/upstream_http.hpp"
#include "tls/certificate_store.hpp"
#include "tls/client_context.hpp"
#include "tls/client_verification.hpp"
#include "tls/server_config.hpp"

namespace fairway::ingress::test {

namespace {

using Words = std::vector<std::string>;

void redirect_words(const routing::TlsRedirect& redirect, Words& words) {
    const routing::TlsRedirect usual;
    if (redirect.enabled != usual.enabled) words.push_back("ssl-redirect=off");
    if (redirect.force) words.push_back("force-ssl-redirect");
    if (redirect.preserve_trailing_slash) words.push_back("preserve-trailing-slash");
    if (redirect.use_port) words.push_back("use-port-in-redirects");
    if (redirect.exempt) words.push_back("redirect-exempt");
}

void access_words(const routing::RoutePolicy& policy, Words& words) {
    if (policy.access_list) {
        const auto& list = *policy.access_list;
        words.push_back(fmt::format("addresses=[deny {} allow {}]", list.deny.range_count(),
                                    list.allow ? fmt::format("{}", list.allow->range_count()) : "all"));
    }
    if (policy.basic_auth) {
        const auto& auth = *policy.basic_auth;
        Words users;
        for (const auto& user : auth.users) users.push_back(user.name);
        words.push_back(fmt::format("{}=[\"{}\" {}]", auth.scheme == routing::AuthScheme::digest ? "digest" : "basic",
                                    auth.realm, fmt::join(users, " ")));
    }
    if (policy.external_auth) {
        const auto& auth = *policy.external_auth;
        words.push_back(fmt::format("auth=[{} {}{}{}{}]", auth.method, auth.host, auth.tls ? " tls" : "",
                                    auth.signin ? " signin" : "", auth.cache_key ? " cached" : ""));
    }
    if (policy.satisfy_any) words.push_back("satisfy-any");
}

std::string_view protocol_text(routing::UpstreamProtocol protocol) {
    static constexpr std::string_view kTexts[] = {"http", "https", "auto_http", "h2c", "h2", "fastcgi"};
    return kTexts[static_cast<std::size_t>(protocol)];
}

std::string template_text(const routing::TextTemplate& text) {
    std::string result;
    for (const auto& piece : text.pieces) {
        result += piece.literal;
        if (piece.group != 0) result += fmt::format("${}", piece.group);
        if (piece.name.variable != routing::Variable::empty)
            result += fmt::format("${{{}{}}}", static_cast<int>(piece.name.variable), piece.name.argument);
    }
    return result;
}

void pair_words(std::string_view name, const routing::ResponseRewrite::Pair& pair, Words& words) {
    if (pair.from.empty() && !pair.pattern) return;
    words.push_back(fmt::format("{}=[{}{} -> {}]", name, pair.from, pair.pattern ? "~" + pair.pattern->pattern() : "",
                                template_text(pair.to)));
}

/// What happens to messages on their way.
void message_words(const routing::RoutePolicy& policy, Words& words) {
    if (policy.response_fields)
        for (const auto& field : policy.response_fields->fields)
            words.push_back(fmt::format("field=[{}: {}]", field.name, template_text(field.value)));
    if (policy.response_rewrite) {
        pair_words("cookie-domain", policy.response_rewrite->cookie_domain, words);
        pair_words("cookie-path", policy.response_rewrite->cookie_path, words);
        pair_words("redirect", policy.response_rewrite->redirect, words);
    }
    if (policy.response_rate)
        words.push_back(
            fmt::format("rate={}/{}", policy.response_rate->bytes_per_second, policy.response_rate->free_bytes));
    if (const auto& http = policy.upstream_http)
        words.push_back(fmt::format("upstream-http={}{}", http->http_1_0 ? "1.0" : "1.1",
                                    http->connection == routing::UpstreamHttp::Connection::close        ? " close"
                                    : http->connection == routing::UpstreamHttp::Connection::keep_alive ? " keep-alive"
                                                                                                        : ""));
    if (const auto& buffering = policy.body_buffering; buffering && !(*buffering == routing::BodyBuffering{}))
        words.push_back(fmt::format("buffering=request {} {} response {} {}/{}", buffering->request,
                                    buffering->request_memory, buffering->response, buffering->response_memory,
                                    buffering->response_file));
    if (const auto& pages = policy.error_pages)
        words.push_back(fmt::format("error-pages=[{}{}{}{}]", fmt::join(pages->statuses, " "),
                                    pages->backend ? " from " + pages->backend->name : "",
                                    pages->global_backend_only ? " global" : "",
                                    pages->own_errors_only ? " own-errors-only" : ""));
    if (const auto& tracing = policy.tracing)
        words.push_back(fmt::format("traced{}", tracing->trust_incoming ? "" : " trusting-nobody"));
    if (const auto& fastcgi = policy.fastcgi) {
        Words parts{fastcgi->index};
        for (const auto& param : fastcgi->params) {
            parts.push_back(param.name + "=");
            for (const auto& piece : param.value.pieces)
                parts.back() += piece.literal + (piece.name.variable != routing::Variable::empty ? "$" : "");
        }
        words.push_back(fmt::format("fastcgi=[{}]", fmt::join(parts, " ")));
    }
    if (policy.modsecurity) words.emplace_back("modsecurity");
    if (const auto& mirror = policy.mirror)
        words.push_back(
            fmt::format("mirror=[{}{}{}]", mirror->url, " host " + mirror->host, mirror->body ? "" : " without body"));
}

Words policy_words(const routing::RoutePolicy& policy) {
    Words words;
    const routing::RoutePolicy usual;
    redirect_words(policy.tls_redirect, words);
    access_words(policy, words);
    if (policy.rewrite)
        words.push_back(fmt::format("rewrite=\"{}\" of {}", policy.rewrite->text, policy.rewrite->pattern->pattern()));
    if (policy.timeouts != usual.timeouts)
        words.push_back(fmt::format("timeouts={}/{}/{}", policy.timeouts.connect.count(), policy.timeouts.send.count(),
                                    policy.timeouts.read.count()));
    if (policy.retry != usual.retry)
        words.push_back(fmt::format("retry={:#x}/{}/{}", policy.retry.conditions, policy.retry.tries,
                                    policy.retry.timeout.count()));
    if (policy.body_limit != usual.body_limit) words.push_back(fmt::format("body={}", policy.body_limit.max_bytes));
    if (policy.protocol) words.push_back(fmt::format("protocol={}", protocol_text(*policy.protocol)));
    if (policy.upstream_tls) {
        const auto& tls = policy.upstream_tls->config();
        words.push_back(fmt::format(
            "tls=[{} depth {}{} {} {} {}]", tls.verify ? fmt::format("verify \"{}\"", tls.name) : "unverified",
            tls.verify_depth, tls.send_server_name ? fmt::format(" sni \"{}\"", tls.name) : "",
            tls.certificate ? tls.certificate->subject() : "no certificate", tls.ciphers, tls.protocols));
    }
    message_words(policy, words);
    if (policy.rate_limits) {
        const auto& limits = *policy.rate_limits;
        words.push_back(fmt::format("limits={}/s,{}/m,{} at once,x{},free [{}],{}/{}", limits.requests_per_second,
                                    limits.requests_per_minute, limits.connections, limits.burst_multiplier,
                                    limits.allowlist.size(), limits.request_status, limits.connection_status));
    }
    if (!policy.access_log) words.push_back("no-access-log");
    if (!policy.denied.empty()) words.push_back(fmt::format("denied=\"{}\"", policy.denied));
    return words;
}

std::string rule_text(const routing::CanaryRule& rule) {
    auto text = fmt::format("{}/{}", rule.weight, rule.weight_total);
    if (!rule.header.empty()) text += " header " + rule.header;
    if (!rule.header_value.empty()) text += "=" + rule.header_value;
    if (rule.pattern) text += "~" + rule.pattern->pattern();
    if (rule.broken_pattern) text += "~broken";
    if (!rule.cookie.empty()) text += " cookie " + rule.cookie;
    return text;
}

std::string balancing_text(const routing::Balancing& balancing) {
    std::string text;
    if (const auto& session = balancing.session)
        text += fmt::format(" session={}{}{}", session->name, session->persistent ? ",persistent" : "",
                            session->path.empty() ? "" : "," + session->path);
    if (const auto& hash = balancing.hash)
        text += fmt::format(" hash={} variables,subsets of {}", hash->key.pieces.size(), hash->subset_size);
    return text;
}

std::string route_text(const routing::Route& route, const routing::EndpointTable& endpoints) {
    auto text = fmt::format("{} {} ->", route.type == routing::PathType::exact ? "exact" : "prefix", route.path);
    if (route.backend) {
        text += fmt::format(" {}{}", route.backend->name,
                            route.backend->load_balance == routing::LoadBalance::ewma ? " ewma" : "");
        if (route.backend->balancing) text += balancing_text(*route.backend->balancing);
        if (route.gives_session_cookies) text += " gives-cookies";
        if (const auto& affinity = route.backend->client_ip_affinity)
            text += fmt::format(" client-ip={}s", affinity->timeout.count());
        if (route.backend->always_http) text += " always-http";
        if (const auto spoken = endpoints.of(route.backend->id).protocol; spoken != routing::UpstreamProtocol::http)
            text += fmt::format(" app-protocol={}", protocol_text(spoken));
        Words addresses;
        for (const auto& endpoint : endpoints.of(route.backend->id).endpoints)
            addresses.push_back(endpoint.address.to_string() + (endpoint.target.empty() ? "" : "=" + endpoint.target));
        text += fmt::format(" [{}]", fmt::join(addresses, " "));
    } else {
        text += " built-in 404";
    }
    if (route.canaries)
        for (const auto& canary : route.canaries->all)
            text += fmt::format(" canary {} [{}] up to {:.3f}{}", canary.backend->name, rule_text(canary.rule),
                                static_cast<double>(canary.draw_below) / 0x1p32, canary.sticky ? "" : " legacy");
    if (route.owner) text += fmt::format(" by {}/{}", route.owner->ingress_namespace, route.owner->ingress);
    if (const auto words = policy_words(*route.policy); !words.empty())
        text += fmt::format(" {{{}}}", fmt::join(words, " "));
    return text;
}

std::string certificate_text(const tls::CertificateChoice* choice) {
    if (choice == nullptr) return "default";
    Words words;
    if (choice->rsa) words.push_back(fmt::format("rsa {}", choice->rsa->subject()));
    if (choice->ecdsa) words.push_back(fmt::format("ecdsa {}", choice->ecdsa->subject()));
    return fmt::format("{}", fmt::join(words, ", "));
}

std::string host_words(const routing::HostRules& host, const routing::Snapshot& snapshot) {
    std::string text;
    if (const auto* wanted = host.client_certificates()) {
        static constexpr std::string_view kModes[] = {"on", "optional", "optional_no_ca"};
        if (!wanted->refused.empty())
            text += fmt::format(", closed: {}", wanted->refused);
        else if (!wanted->verification)
            text += ", client certificates: off";
        else
            text += fmt::format(", client certificates: {} depth {}{}{}{}{}",
                                kModes[static_cast<std::size_t>(wanted->verification->settings().mode)],
                                wanted->verification->settings().depth,
                                wanted->verification->settings().revoked_pem.empty() ? "" : " crl",
                                wanted->match_cn ? " name " + wanted->match_cn->pattern() : "",
                                wanted->pass_certificate ? " pass" : "",
                                wanted->error_page.empty() ? "" : " page " + wanted->error_page);
    }
    if (const auto* settings = snapshot.tls->host_settings(host.name())) {
        if (!settings->ciphers.empty()) text += ", ciphers: " + settings->ciphers;
        if (settings->prefer_server_ciphers)
            text += fmt::format(", prefer server ciphers: {}", *settings->prefer_server_ciphers);
    }
    if (snapshot.passthrough && snapshot.passthrough->contains(host.name()))
        text += fmt::format(", passthrough: {}", snapshot.passthrough->at(host.name()).backend->name);
    return text;
}

std::string listener_text(const routing::ServiceListener& listener, const routing::EndpointTable& endpoints) {
    Words addresses;
    for (const auto& endpoint : endpoints.of(listener.backend->id).endpoints)
        addresses.push_back(endpoint.address.to_string());
    auto text =
        fmt::format("{} {} -> {} [{}] by {} {}/{} {}", listener.transport == routing::Transport::udp ? "udp" : "tcp",
                    listener.address.to_string(), listener.backend->name, fmt::join(addresses, " "),
                    listener.owner.kind, listener.owner.object_namespace, listener.owner.object, listener.owner.field);
    if (listener.accept_proxy_protocol) text += " accept-proxy";
    if (listener.send_proxy_protocol) text += " send-proxy";
    const auto& policy = *listener.policy;
    if (!(policy == routing::StreamPolicy{}))
        text += fmt::format(" {{idle={} next={} tries={} next-timeout={} responses={}}}", policy.idle_timeout.count(),
                            policy.next_endpoint, policy.tries, policy.next_timeout.count(), policy.udp_responses);
    return text;
}

}  // namespace

std::string snapshot_text(const routing::Snapshot& snapshot) {
    auto hosts = snapshot.routes->hosts();
    std::ranges::sort(hosts, {}, [](const auto& host) { return host->name(); });
    std::string text;
    for (const auto& host : hosts) {
        const auto sample = host->name().starts_with('*') ? "any" + host->name().substr(1) : host->name();
        text += fmt::format("host {}{}, certificate: {}{}\n", host->name(), host->has_certificate() ? " (tls)" : "",
                            certificate_text(snapshot.tls->certificates().select(sample)), host_words(*host, snapshot));
        if (host->app_root()) text += fmt::format("  app-root {}\n", host->app_root()->pieces.front().literal);
        if (!host->redirect_to().empty()) text += fmt::format("  redirects to {}\n", host->redirect_to());
        for (const auto& location : host->locations())
            text += fmt::format("  ~ {} -> route {}\n", location.pattern.pattern(), location.route + 1);
        for (const auto& route : host->routes()) text += "  " + route_text(route, *snapshot.endpoints) + "\n";
    }
    text += "otherwise " + route_text(*snapshot.default_route, *snapshot.endpoints) + "\n";
    for (const auto& listener : snapshot.services->listeners)
        text += listener_text(listener, *snapshot.endpoints) + "\n";
    return text;
}

std::string report_text(const Report& report) {
    std::string text;
    for (const auto& diagnostic : report.diagnostics) text += diagnostic.to_string() + "\n";
    return text;
}

}  // namespace fairway::ingress::test
