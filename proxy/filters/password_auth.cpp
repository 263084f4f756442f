#include "proxy/filters/password_auth.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <utility>

#include "proxy/access/access_tables.hpp"
#include "proxy/access/password_hash.hpp"
#include "proxy/access_log/request_values.hpp"
#include "proxy/filters/digest_auth.hpp"
#include "routing/policy/basic_auth.hpp"

namespace fairway::proxy {

namespace {

io::Task<Admission> check_basic(WorkerContext& worker, const RequestHead& head, const routing::BasicAuth& auth) {
    Admission refused{.status = 401, .challenge = fmt::format("Basic realm=\"{}\"", auth.realm)};
    auto credentials = basic_credentials(find_field(head.fields, FieldId::authorization));
    const auto* user = credentials ? auth.find(credentials->user) : nullptr;
    if (user == nullptr) co_return refused;
    if (cost_of(user->secret) == HashCost::fast) {
        if (password_matches(credentials->password, user->secret)) co_return Admission{};
        co_return refused;
    }
    AccessTables& tables = worker.access;
    const Digest key = tables.key.of({"password", user->name, credentials->password, user->secret});
    if (tables.passwords.find(key, worker.reactor.now())) co_return Admission{};
    auto job = [&tables, key, password = std::move(credentials->password), hash = user->secret]() mutable {
        const auto now = std::chrono::steady_clock::now();
        // Browsers send several requests at once: the first may have answered for all.
        bool right = tables.passwords.find(key, now) != nullptr;
        if (!right) {
            right = password_matches(password, hash);
            if (right)
                tables.passwords.put(key, std::make_shared<const RightPassword>(), 0, now,
                                     now + AccessTables::kPasswordTime);
        }
        OPENSSL_cleanse(password.data(), password.size());
        return right;
    };
    PasswordCheck check(tables.pool, worker.reactor, std::move(job));
    const std::optional<bool> right = co_await check;
    if (!right) co_return Admission{.status = 503};
    if (*right) co_return Admission{};
    co_return refused;
}

}  // namespace

io::Task<Admission> check_password(StepContext& context) {
    const routing::BasicAuth& auth = *context.exchange.record.route->policy->basic_auth;
    if (auth.scheme == routing::AuthScheme::basic) return check_basic(context.worker, context.exchange.request, auth);
    return check_digest(context.worker, context.exchange.request, auth);
}

}  // namespace fairway::proxy
