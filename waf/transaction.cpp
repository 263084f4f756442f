#include "waf/transaction.hpp"

#include <cstdlib>

#include "waf/api.hpp"
#include "waf/rule_set.hpp"

namespace fairway::waf {

namespace {

const unsigned char* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// Rules may name any number; what is no redirect and no error is 403.
std::uint16_t status_of(int wanted, bool redirect) noexcept {
    if (redirect) return wanted >= 300 && wanted < 400 ? static_cast<std::uint16_t>(wanted) : 302;
    return wanted >= 400 && wanted < 600 ? static_cast<std::uint16_t>(wanted) : 403;
}

}  // namespace

Transaction::Transaction(const RuleSet& rules, const std::string& id, MatchLog& log)
    : api_(rules.api_),
      log_(log),
      // The library copies the id.
      self_(api_.begin(api_.of_this_thread(), rules.rules_, const_cast<char*>(id.c_str()), this)) {}

Transaction::~Transaction() {
    api_.logging(self_);
    api_.end(self_);
}

void Transaction::note(void* transaction, const void* text) {
    if (transaction != nullptr && text != nullptr)
        static_cast<Transaction*>(transaction)->log_.matched(static_cast<const char*>(text));
}

void Transaction::begin(const Client& client, const std::string& method, const std::string& target,
                        const char* version) {
    api_.connection(self_, client.address.c_str(), client.port, "0.0.0.0", client.local_port);
    api_.uri(self_, target.c_str(), method.c_str(), version);
}

void Transaction::request_field(std::string_view name, std::string_view value) {
    api_.request_field(self_, bytes_of(name), name.size(), bytes_of(value), value.size());
}

std::optional<Intervention> Transaction::judge_request_head() {
    api_.request_fields(self_);
    return intervention();
}

bool Transaction::request_body(std::string_view bytes) {
    return api_.append_request_body(self_, bytes_of(bytes), bytes.size()) != 0;
}

std::optional<Intervention> Transaction::judge_request_body() {
    if (auto pending = intervention()) return pending;
    api_.request_body(self_);
    return intervention();
}

void Transaction::response_field(std::string_view name, std::string_view value) {
    api_.response_field(self_, bytes_of(name), name.size(), bytes_of(value), value.size());
}

std::optional<Intervention> Transaction::judge_response_head(std::uint16_t status, const char* version) {
    api_.response_fields(self_, status, version);
    return intervention();
}

bool Transaction::response_body(std::string_view bytes) {
    return api_.append_response_body(self_, bytes_of(bytes), bytes.size()) != 0;
}

std::optional<Intervention> Transaction::judge_response_body() {
    if (auto pending = intervention()) return pending;
    api_.response_body(self_);
    return intervention();
}

std::optional<Intervention> Transaction::intervention() {
    modsecurity::ModSecurityIntervention wanted{200, 0, nullptr, nullptr, 0};
    const bool acts = api_.intervention(self_, &wanted) != 0;
    Intervention result;
    if (wanted.url != nullptr) result.url = wanted.url;
    if (wanted.log != nullptr) result.text = wanted.log;
    result.status = status_of(wanted.status, !result.url.empty());
    std::free(wanted.url);
    std::free(wanted.log);
    if (!acts) return std::nullopt;
    api_.set_status(self_, result.status);
    return result;
}

}  // namespace fairway::waf
