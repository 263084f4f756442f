#include "proxy/filters/external_auth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.hpp"
#include "base/line_limit.hpp"
#include "base/log.hpp"
#include "proxy/access/access_tables.hpp"
#include "proxy/access_log/log_filter.hpp"
#include "proxy/filters/redirect.hpp"
#include "proxy/filters/tracing.hpp"
#include "proxy/http/uri_text.hpp"
#include "proxy/subrequest.hpp"
#include "proxy/variables.hpp"

namespace fairway::proxy {

namespace {

constexpr std::size_t kMaxTries = 3;  // at different addresses, when a connection cannot be made
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} * 1024;  // of a body that is read to keep the connection

using VerdictPtr = std::shared_ptr<const Verdict>;

Method method_of(std::string_view name) {
    if (name == "GET") return Method::get;
    if (name == "HEAD") return Method::head;
    if (name == "OPTIONS") return Method::options;
    if (name == "TRACE") return Method::trace;
    if (name == "PUT") return Method::put;
    if (name == "DELETE") return Method::delete_;
    return Method::other;  // not repeated
}

/// What of the client's request is no part of the question, or has another value there.
bool is_left_out(const Field& field, const routing::ExternalAuth& auth) {
    switch (field.id) {
        case FieldId::host:
        case FieldId::connection:
        case FieldId::content_length:
        case FieldId::expect:
        case FieldId::keep_alive:
        case FieldId::proxy:
        case FieldId::proxy_connection:
        case FieldId::te:
        case FieldId::trailer:
        case FieldId::transfer_encoding:
        case FieldId::upgrade:
        case FieldId::x_forwarded_for:
        case FieldId::x_forwarded_proto:
        case FieldId::x_real_ip:
        case FieldId::x_request_id: return true;
        case FieldId::x_original_uri:
        case FieldId::x_scheme: return auth.sets_method;
        default: break;
    }
    constexpr std::string_view kOurs[] = {"X-Original-URL", "X-Original-Method", "X-Sent-From",
                                          "X-Auth-Request-Redirect"};
    const auto named = [&](std::string_view name) { return ascii::iequals(name, field.name); };
    return field.hop_by_hop || std::ranges::any_of(kOurs, named);
}

/// Fields that the server gets from us as the endpoint does, and not from the client.
bool is_told_by_us(std::string_view name) {
    constexpr std::string_view kOfCertificate = "ssl-client-";
    const bool certificate =
        name.size() > kOfCertificate.size() && ascii::iequals(name.substr(0, kOfCertificate.size()), kOfCertificate);
    return certificate || tells_of_trace(name);
}

bool is_set(const routing::ExternalAuth& auth, std::string_view name) {
    return std::ranges::any_of(auth.fields, [&](const auto& field) { return ascii::iequals(field.name, name); });
}

/// The values of all fields of this name, as nginx's $upstream_http_NAME joins them.
std::string joined(const FieldList& fields, std::string_view name) {
    std::string values;
    for (const Field& field : fields) {
        if (!ascii::iequals(field.name, name)) continue;
        if (!values.empty()) values += ", ";
        values += field.value;
    }
    return values;
}

VerdictPtr verdict_of(const ResponseHead& answer, const routing::ExternalAuth& auth) {
    auto verdict = std::make_shared<Verdict>();
    verdict->status = answer.status;
    verdict->challenge = joined(answer.fields, "WWW-Authenticate");
    for (const auto& name : auth.response_headers) verdict->values.push_back(joined(answer.fields, name));
    for (const Field& field : answer.fields)
        if (field.id == FieldId::set_cookie) verdict->cookies.emplace_back(field.value);
    return verdict;
}

void log_failure(const Exchange& exchange, const routing::ExternalAuth& auth, std::string_view reason,
                 io::TimePoint now) {
    thread_local log::LineLimit limit;
    if (const auto left_out = limit.admit(now))
        log::error(
            "auth.server_failed",
            {{"host", exchange.record.host}, {"auth_url", auth.url}, {"reason", reason}, {"left_out", *left_out}});
}

routing::UpstreamKeepalive keepalive_of(const routing::ExternalAuth& auth) {
    routing::UpstreamKeepalive keepalive;
    keepalive.connections = auth.keepalive.connections;
    keepalive.requests = auth.keepalive.requests;
    keepalive.idle_timeout = auth.keepalive.idle_timeout;
    return keepalive;
}

/// Sends the question to one server, and to others while no connection can be made.
/// @param tries  for the log: what came of each.
io::Task<Failure> ask_one_of(StepContext& context, const routing::ExternalAuth& auth,
                             const routing::EndpointSet& servers, Subrequest& question,
                             std::vector<UpstreamTry>& tries) {
    WorkerContext& worker = context.worker;
    std::vector<SocketAddress> tried;
    Failure failure = Failure::no_endpoints;
    while (tried.size() < std::min(kMaxTries, servers.endpoints.size())) {
        Balancer& balancer = worker.balancer(auth.servers);
        const auto& server =
            balancer.pick(servers, routing::LoadBalance::round_robin, tried, worker.reactor.now(), worker.random);
        const UpstreamTarget target{.address = server.address, .tls = auth.tls.get()};
        const auto began = io::Reactor::exact_now();
        failure = co_await question.ask(target, method_of(auth.method), context.stream.hangup());
        UpstreamTry asked{.endpoint = server.address};
        asked.response = io::Reactor::exact_now() - began;
        if (failure == Failure::none) {
            asked.status = question.response().status;
            asked.header = asked.response;
        }
        tries.push_back(asked);
        if (!cannot_connect(failure)) {
            balancer.connected(server.address);
            break;
        }
        balancer.connect_failed(server.address, asked.response, worker.reactor.now());
        tried.push_back(server.address);
    }
    co_return failure;
}

/// The line of the client's request, as nginx writes it for the subrequest.
void log_question(StepContext& context, io::TimePoint began, std::vector<UpstreamTry> tries, std::uint16_t status) {
    const Exchange& exchange = context.exchange;
    if (!is_question_logged(exchange.record, exchange.snapshot->settings->access_log)) return;
    RequestRecord record = exchange.record;
    record.started = began;
    record.took = io::Reactor::exact_now() - began;
    record.status = status;
    record.tries = std::move(tries);
    context.worker.log.write(record);
}

/// nullptr: the client is gone. A server that gives no answer counts as one that answered 500.
io::Task<VerdictPtr> ask(StepContext& context, const routing::ExternalAuth& auth, const Digest* key) {
    WorkerContext& worker = context.worker;
    const auto& settings = *context.exchange.snapshot->settings;
    Subrequest question(worker, worker.auth_pool(auth.servers), keepalive_of(auth),
                        {.max_head_bytes = settings.proxy_buffer_bytes});
    write_question(question.head(), context.exchange, auth);
    const auto& servers = context.exchange.snapshot->endpoints->of(auth.servers);
    const auto began = io::Reactor::exact_now();
    std::vector<UpstreamTry> tries;
    const Failure failure = co_await ask_one_of(context, auth, servers, question, tries);
    if (failure == Failure::client_gone) co_return nullptr;
    const std::uint16_t status =
        failure == Failure::none ? question.response().status : proxy::answer_to(failure).status;
    log_question(context, began, std::move(tries), status);
    if (failure != Failure::none) {
        log_failure(context.exchange, auth, proxy::answer_to(failure).reason, worker.reactor.now());
        auto none = std::make_shared<Verdict>();
        none->status = 500;
        co_return none;
    }
    const auto verdict = verdict_of(question.response(), auth);
    if (key != nullptr) {
        const auto now = worker.reactor.now();
        const auto time = time_to_keep(question.response(), auth);
        if (time.count() > 0) worker.access.verdicts.put(*key, verdict, verdict->bytes(), now, now + time);
    }
    if (auth.keepalive.connections != 0) {
        const Failure rest = co_await question.read_body(nullptr, kMaxAnswerBytes, context.stream.hangup());
        if (rest == Failure::client_gone) co_return nullptr;
    }
    question.finish();
    co_return verdict;
}

/// Under which an answer is kept: everything of the configuration that decides what it says, and auth-cache-key.
Digest cache_key(StepContext& context, const routing::ExternalAuth& auth) {
    const RequestRecord& record = context.exchange.record;
    const routing::Route& route = *record.route;
    std::string fields;
    for (const auto& name : auth.response_headers) fields += name + ',';
    return context.worker.access.key.of({"verdict", record.rules != nullptr ? record.rules->name() : "_", route.path,
                                         route.type == routing::PathType::exact ? "=" : "~", auth.method, auth.host,
                                         auth.url, fields, expand(*auth.cache_key, record)});
}

/// The verdict as it is for this request.
Admission apply(Exchange& exchange, const routing::ExternalAuth& auth, const Verdict& verdict) {
    FieldEdits& edits = auth.always_set_cookie ? exchange.response_edits : exchange.good_response_edits;
    for (const auto& cookie : verdict.cookies) edits.add("Set-Cookie", edits.keep(cookie));
    if (verdict.status >= 200 && verdict.status < 300) {
        FieldEdits& fields = exchange.request_edits.fields;
        for (std::size_t i = 0; i < auth.response_headers.size(); ++i)
            fields.set(auth.response_headers[i], fields.keep(verdict.values[i]));
        return {};
    }
    if (verdict.status == 401) return {.status = 401, .challenge = verdict.challenge};
    return {.status = static_cast<std::uint16_t>(verdict.status == 403 ? 403 : 500)};
}

}  // namespace

void write_question(OutBuffer& out, const Exchange& exchange, const routing::ExternalAuth& auth) {
    const RequestHead& head = exchange.request;
    const RequestRecord& record = exchange.record;
    const routing::ForwardedSettings& forwarded = exchange.snapshot->settings->forwarded;
    out.append(auth.method);
    out.append(' ');
    append_uri(out, expand(auth.target, record));
    out.append(" HTTP/1.1\r\n");
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty() && !is_set(auth, name)) out.append_field(name, value);
    };
    add("Host", auth.host);
    if (auth.keepalive.connections == 0) out.append("Connection: close\r\n");
    add("X-Request-ID", record.request_id);
    if (auth.sets_method) {
        add("X-Original-URI", head.origin_form);
        add("X-Scheme", record.scheme);
    }
    add("X-Original-URL",
        fmt::format("{}://{}{}", record.connection->tls ? "https" : "http", head.authority, head.origin_form));
    add("X-Original-Method", head.method_text);
    add("X-Sent-From", "nginx-ingress-controller");
    add("X-Real-IP", exchange.forwarded.client_ip());
    if (!is_set(auth, "X-Forwarded-For")) write_forwarded_for(out, head, exchange.forwarded, forwarded);
    add("X-Auth-Request-Redirect", auth.request_redirect ? std::string_view(*auth.request_redirect) : head.origin_form);
    for (const auto& field : auth.fields)
        if (const auto value = expand(field.value, record); !value.empty()) out.append_field(field.name, value);
    const FieldEdits& told = exchange.request_edits.fields;
    for (const Field& field : head.fields)
        if (!is_left_out(field, auth) && !(is_told_by_us(field.name) && told.replaces(field.name)))
            add(field.name, field.value);
    told.for_each([&](std::string_view name, std::string_view value) {
        if (is_told_by_us(name)) add(name, value);
    });
    out.append("\r\n");
}

std::chrono::seconds time_to_keep(const ResponseHead& answer, const routing::ExternalAuth& auth) {
    for (const Field& field : answer.fields) {
        if (field.id == FieldId::set_cookie || ascii::iequals(field.name, "Vary")) return std::chrono::seconds(0);
        if (!ascii::iequals(field.name, "Cache-Control")) continue;
        for (auto rest = field.value; !rest.empty();) {
            const auto directive = ascii::trim(rest.substr(0, rest.find(',')));
            rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
            for (const std::string_view forbids : {"no-store", "no-cache", "private"})
                if (ascii::iequals(directive.substr(0, forbids.size()), forbids)) return std::chrono::seconds(0);
            if (!ascii::iequals(directive.substr(0, 8), "max-age=")) continue;
            std::uint32_t seconds = 0;
            std::from_chars(directive.data() + 8, directive.data() + directive.size(), seconds);
            return std::chrono::seconds(seconds);
        }
    }
    for (const auto& lifetime : auth.lifetimes)
        if (std::ranges::find(lifetime.statuses, answer.status) != lifetime.statuses.end()) return lifetime.time;
    return std::chrono::seconds(0);
}

std::string signin_location(const Exchange& exchange, const routing::ExternalAuth& auth) {
    auto location = expand(*auth.signin, exchange.record);
    return location.starts_with('/') ? own_origin(exchange) + location : location;
}

io::Task<Admission> ask_auth_server(StepContext& context) {
    const routing::ExternalAuth& auth = *context.exchange.record.route->policy->external_auth;
    Digest key{};
    VerdictPtr verdict;
    if (auth.cache_key) {
        key = cache_key(context, auth);
        verdict = context.worker.access.verdicts.find(key, context.worker.reactor.now());
    }
    if (verdict) log_question(context, context.worker.reactor.now(), {}, verdict->status);
    if (!verdict) verdict = co_await ask(context, auth, auth.cache_key ? &key : nullptr);
    if (!verdict) co_return Admission{.status = proxy::answer_to(Failure::client_gone).status};
    co_return apply(context.exchange, auth, *verdict);
}

}  // namespace fairway::proxy
