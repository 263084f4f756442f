#include "waf/rule_set.hpp"

#include <charconv>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include <fmt/format.h>

#include "waf/api.hpp"

namespace fairway::waf {

namespace {

/// The library's parser keeps its place in static memory.
std::mutex& parser() {
    static std::mutex mutex;
    return mutex;
}

struct FreeText {
    void operator()(const char* text) const noexcept { std::free(const_cast<char*>(text)); }
};

/// "Rules error. File: …. Line: 12. Column: 3. Expecting an action": with the line that the administrator knows.
std::string explain(std::string_view message, const std::vector<int>& lines) {
    constexpr std::string_view kPlace = "Line: ";
    constexpr std::string_view kUnnamedFile = "File: <<reference missing or not informed>>. ";
    while (message.ends_with(' ') || message.ends_with('\n')) message.remove_suffix(1);
    if (message.find(kUnnamedFile) == std::string_view::npos) return std::string(message);
    const auto at = message.find(kPlace);
    std::size_t line = 0;
    if (at == std::string_view::npos) return std::string(message);
    const auto* const begin = message.data() + at + kPlace.size();
    const auto [end, error] = std::from_chars(begin, message.data() + message.size(), line);
    if (error != std::errc() || line == 0 || line > lines.size()) return std::string(message);
    return fmt::format("line {}{}", lines[line - 1], message.substr(static_cast<std::size_t>(end - message.data())));
}

}  // namespace

Result<std::shared_ptr<const RuleSet>> RuleSet::compile(const RuleText& text) {
    const auto api = load_api();
    if (!api) return api.error();
    const std::lock_guard lock(parser());
    auto set = std::make_shared<const RuleSet>(**api, (*api)->create_rules(), text);
    const char* message = nullptr;
    const int added = (*api)->add_rules(set->rules_, text.text.c_str(), &message);
    const std::unique_ptr<const char, FreeText> owned(message);
    if (added < 0) return Error{explain(message != nullptr ? message : "the library gives no reason", text.lines)};
    return set;
}

RuleSet::RuleSet(const Api& api, modsecurity::RulesSet* rules, const RuleText& text)
    : api_(api),
      rules_(rules),
      request_body_(text.request_body),
      response_body_(text.response_body),
      notes_(text.notes) {}

RuleSet::~RuleSet() { api_.delete_rules(rules_); }

}  // namespace fairway::waf
