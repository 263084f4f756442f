// One request as ModSecurity sees it, from its first field to the log: a thin cover of the library's transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modsecurity {
class Transaction;
}

namespace fairway::waf {

struct Api;
class RuleSet;

/// What a rule wants done with the request, with SecRuleEngine On.
struct Intervention {
    std::uint16_t status = 403;  ///< 300 to 599
    std::string url;             ///< of the action redirect; empty: none
    std::string text;            ///< "ModSecurity: Access denied with code 403 (phase 2). Matched …"
};

/// Told of each match that is logged and refuses nothing; `text` is the library's, and holds what clients sent.
class MatchLog {
public:
    virtual void matched(std::string_view text) = 0;

protected:
    ~MatchLog() = default;
};

/// Used by one thread from its beginning to its end. The functions are called in the order in which they stand here; some may
/// be left out, and after an Intervention only the destructor is of use.
class Transaction {
public:
    /// @param rules  outlives the transaction, as does `log`.
    Transaction(const RuleSet& rules, const std::string& id, MatchLog& log);
    /// Phase 5: the audit log.
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    struct Client {
        const std::string& address;
        std::uint16_t port = 0;
        std::uint16_t local_port = 0;
    };
    /// Connection and request line.
    /// @param version  "1.1", "2.0".
    void begin(const Client& client, const std::string& method, const std::string& target, const char* version);
    void request_field(std::string_view name, std::string_view value);
    /// Phase 1.
    std::optional<Intervention> judge_request_head();

    /// Copies bytes of the body, up to SecRequestBodyLimit. False: the rest is of no interest.
    bool request_body(std::string_view bytes);
    /// Phase 2, also for requests without a body.
    std::optional<Intervention> judge_request_body();

    void response_field(std::string_view name, std::string_view value);
    /// Phase 3. @param version  "HTTP/1.1".
    std::optional<Intervention> judge_response_head(std::uint16_t status, const char* version);

    /// Copies bytes, of content types that rules inspect and up to SecResponseBodyLimit. False: the rest is of no interest.
    bool response_body(std::string_view bytes);
    /// Phase 4.
    std::optional<Intervention> judge_response_body();

    /// What is pending without a phase of its own: a limit was passed.
    std::optional<Intervention> intervention();
    /// For the library.
    static void note(void* transaction, const void* text);

private:
    const Api& api_;
    MatchLog& log_;
    modsecurity::Transaction* const self_;
};

}  // namespace fairway::waf
